import { useTranslation } from "react-i18next";
import type { Book } from "@/shared/api/types";
import { tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { Fact, Facts } from "@/shared/ui/Facts";
import css from "./desk.module.css";

/** What the whole book comes to, and when it was read. */
export function Totals({ book, isLive }: { book: Book; isLive: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { totals, items } = book;
  return (
    <section className={css.totals} aria-label={t("book.totals")} data-testid="totals">
      <Facts large>
        <Fact name={t("book.value")}>{format.rough(totals.value)} USD</Fact>
        {book.market_type === "futures" && (
          <Fact name={t("book.profit")} tone={tone(totals.unrealised_pnl)}>
            {format.signed(totals.unrealised_pnl)}
          </Fact>
        )}
        {totals.margin_used !== null && (
          <Fact name={t("book.marginUsed")}>{format.rough(totals.margin_used)}</Fact>
        )}
      </Facts>
      <p className={css.asOf}>
        <span className={isLive ? css.live : css.still} aria-hidden="true" />
        {t("book.count", { count: items.length })} · {format.time(book.as_of)}
      </p>
    </section>
  );
}
