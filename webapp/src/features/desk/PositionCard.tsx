import { useTranslation } from "react-i18next";
import type { PlanLeg, Position } from "@/shared/api/types";
import { decimal, tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { useAccount } from "@/shared/person/Person";
import { Fact, Facts } from "@/shared/ui/Facts";
import css from "./desk.module.css";

export function directionOf(position: { category: string; side: string }) {
  if (position.category === "spot") return "holding";
  return position.side === "Buy" ? "long" : "short";
}

interface Props {
  position: Position;
  /** What the slider would do to it; undefined where it is out of scope, or not known yet. */
  leg: PlanLeg | undefined;
  isStale: boolean;
  choice: { chosen: boolean; onChoose: () => void } | null;
  onOpen: () => void;
}

/** One position as it is, and under it what the reduce would make of it. */
export function PositionCard({ position, leg, isStale, choice, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const direction = directionOf(position);
  const { lot_step: lot, tick_size: tick } = position;
  const exempt = useAccount().exempt.some((one) => one.symbol === position.symbol);
  return (
    <li
      className={`card ${css.position}`}
      data-testid="position-card"
      data-symbol={position.symbol}
      data-chosen={choice?.chosen}
    >
      <div className={`row ${css.head}`}>
        {choice && (
          <input
            type="checkbox"
            aria-label={t("scope.chooseOne", { symbol: position.symbol })}
            checked={choice.chosen}
            onChange={choice.onChoose}
            data-testid="choose-position"
          />
        )}
        <button type="button" className={css.name} onClick={onOpen} data-testid="position-open">
          <strong>{position.symbol}</strong>
        </button>
        <span className={`badge ${direction}`}>
          {t(`side.${direction}`)}
          {position.leverage && ` ${format.number(position.leverage)}×`}
        </span>
        <span className={`numbers ${css.value}`}>{format.rough(position.value)}&nbsp;USD</span>
      </div>
      <Facts className={css.facts}>
        <Fact name={t("book.size")} testId="size">
          {format.step(position.size, lot)}
        </Fact>
        {position.entry_price && (
          <Fact name={t("book.entry")}>{format.price(position.entry_price, tick)}</Fact>
        )}
        <Fact name={t("book.mark")}>{format.price(position.mark_price, tick)}</Fact>
        {position.unrealised_pnl && (
          <Fact name={t("book.profit")} tone={tone(position.unrealised_pnl)}>
            {format.signed(position.unrealised_pnl)}
          </Fact>
        )}
        {decimal(position.restorable).gt(0) && (
          <Fact name={t("book.restorable")}>{format.step(position.restorable, lot)}</Fact>
        )}
      </Facts>
      {exempt && <span className="badge">{t("book.exempt")}</span>}
      {leg && (
        <p
          className={`${css.after} ${isStale ? "stale" : ""}`}
          data-testid="plan-leg"
          data-symbol={leg.symbol}
          data-state={leg.state}
        >
          {leg.state === "planned" ? (
            <>
              <span className="numbers">
                {format.step(leg.size_now, lot)} → <b>{format.step(leg.size_after, lot)}</b>
              </span>
              <span className="hint numbers">
                {t("plan.order", {
                  qty: format.step(leg.qty, lot),
                  notional: format.rough(leg.notional),
                  fee: format.money(leg.fee_estimate),
                })}
              </span>
            </>
          ) : (
            <span className="hint">{t("plan.skip", { reason: leg.reason_text ?? "" })}</span>
          )}
        </p>
      )}
    </li>
  );
}
