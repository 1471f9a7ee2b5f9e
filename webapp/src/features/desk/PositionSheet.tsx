import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Position } from "@/shared/api/types";
import { decimal, tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { useAccount } from "@/shared/person/Person";
import { Fact, Facts } from "@/shared/ui/Facts";
import { Failure } from "@/shared/ui/Failure";
import { Sheet } from "@/shared/ui/Sheet";
import { Switch } from "@/shared/ui/Switch";
import { directionOf } from "./PositionCard";

/** All there is to know of one position, and whether reduces leave it alone. */
export function PositionSheet({ position, onClose }: { position: Position; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const account = useAccount();
  const queries = useQueryClient();
  const exempt = account.exempt.some((one) => one.symbol === position.symbol);
  const change = useMutation({
    mutationFn: (leave: boolean) => {
      const others = account.exempt.filter((one) => one.symbol !== position.symbol);
      return unwrap(
        api.PATCH("/api/users/api-keys/{account_id}", {
          params: { path: { account_id: account.id } },
          body: {
            exempt: leave ? [...others, { symbol: position.symbol, keep_qty: null }] : others,
          },
        }),
      );
    },
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["me"] }),
        queries.invalidateQueries({ queryKey: ["plan"] }),
      ]),
  });
  const { tick_size: tick, lot_step: lot } = position;
  const price = (text: string | null) => (text === null ? "—" : format.price(text, tick));
  return (
    <Sheet title={position.symbol} onClose={onClose} testId="position-sheet">
      <Facts large>
        <Fact name={t("book.direction")}>
          {t(`side.${directionOf(position)}`)}
          {position.leverage && ` ${format.number(position.leverage)}×`}
        </Fact>
        <Fact name={t("book.value")}>{format.money(position.value)} USD</Fact>
        <Fact name={t("book.size")}>
          {format.step(position.size, lot)} {position.category !== "inverse" && position.base_coin}
        </Fact>
        <Fact name={t("book.mark")}>{price(position.mark_price)}</Fact>
        {position.category !== "spot" && (
          <>
            <Fact name={t("book.entry")}>{price(position.entry_price)}</Fact>
            <Fact name={t("book.liquidation")}>{price(position.liq_price)}</Fact>
            <Fact name={t("book.profit")} tone={tone(position.unrealised_pnl ?? "0")}>
              {position.unrealised_pnl ? format.signed(position.unrealised_pnl) : "—"}
            </Fact>
            <Fact name={t("book.marginUsed")}>
              {position.margin ? `${format.money(position.margin)} USD` : "—"}
            </Fact>
            <Fact name={t("book.takeProfit")}>{price(position.take_profit)}</Fact>
            <Fact name={t("book.stopLoss")}>{price(position.stop_loss)}</Fact>
          </>
        )}
        {decimal(position.restorable).gt(0) && (
          <Fact name={t("book.restorable")}>{format.step(position.restorable, lot)}</Fact>
        )}
        <Fact name={t("book.lotStep")}>{lot ? format.number(lot) : "—"}</Fact>
      </Facts>
      <Switch
        label={t("book.leave")}
        hint={t("book.leaveHint")}
        checked={change.isPending ? change.variables : exempt}
        onChange={(leave) => change.mutate(leave)}
        testId="exempt"
      />
      {change.error && <Failure error={change.error} />}
    </Sheet>
  );
}
