import { useTranslation } from "react-i18next";
import type { MarketType } from "@/shared/api/types";
import { haptics } from "@/shared/telegram/haptics";
import css from "./desk.module.css";
import { ORDERS, type Order, type Scope } from "./scope";

interface Props {
  market: MarketType;
  scope: Scope;
  onScope: (scope: Scope) => void;
  order: Order;
  onOrder: (order: Order) => void;
  choosing: boolean;
  onChoosing: (on: boolean) => void;
}

/** Chips that filter the list, which is also what the reduce touches; the order; choosing some. */
export function Toolbar(props: Props) {
  const { market, scope, onScope, order, onOrder, choosing, onChoosing } = props;
  const { t } = useTranslation();

  function chip(name: string, on: boolean, next: Scope) {
    return (
      <button
        key={name}
        type="button"
        className="chip"
        aria-pressed={on}
        onClick={() => {
          haptics.selection();
          onScope(next);
        }}
        data-testid={`filter-${name}`}
      >
        {t(`scope.${name}`)}
      </button>
    );
  }

  return (
    <div className={css.toolbar} role="toolbar" aria-label={t("scope.label")}>
      <div className={css.filters}>
        <button
          type="button"
          className="chip"
          aria-pressed={choosing}
          onClick={() => onChoosing(!choosing)}
          data-testid="choose"
        >
          {choosing ? t("scope.chosen", { count: scope.symbols.size }) : t("scope.choose")}
        </button>
        {market === "futures" && (
          <>
            {(["long", "short"] as const).map((side) =>
              chip(side, scope.side === side, {
                ...scope,
                side: scope.side === side ? "all" : side,
              }),
            )}
            {(["winners", "losers"] as const).map((pnl) =>
              chip(pnl, scope.pnl === pnl, { ...scope, pnl: scope.pnl === pnl ? "all" : pnl }),
            )}
          </>
        )}
      </div>
      <select
        className={css.order}
        aria-label={t("order.label")}
        value={order}
        onChange={(event) => onOrder(ORDERS.find((one) => one === event.target.value) ?? "value")}
        data-testid="order"
      >
        {ORDERS.filter((one) => market === "futures" || one === "value" || one === "symbol").map(
          (one) => (
            <option key={one} value={one}>
              {t(`order.${one}`)}
            </option>
          ),
        )}
      </select>
    </div>
  );
}
