import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { MarketType, Position } from "@/shared/api/types";
import {
  asLanguage,
  decimal,
  formatMoney,
  formatNumber,
  formatSigned,
} from "@/shared/money/format";
import { Failure } from "@/shared/ui/Failure";

const REFRESH_MS = 5000;

/** The book of one market type, refreshed while it is looked at. */
export function Positions({ market }: { market: MarketType }) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const book = useQuery({
    queryKey: ["book", market],
    queryFn: () =>
      unwrap(api.GET("/api/positions", { params: { query: { market_type: market } } })),
    refetchInterval: REFRESH_MS,
  });
  if (book.error && !book.data) {
    return <Failure error={book.error} onRetry={() => void book.refetch()} />;
  }
  if (!book.data) return <Skeleton label={t("book.loading")} />;
  const { items, totals } = book.data;
  return (
    <section aria-label={t(`tabs.${market}`)}>
      {book.error && <Failure error={book.error} onRetry={() => void book.refetch()} />}
      <dl className="totals">
        <div>
          <dt>{t("book.value")}</dt>
          <dd>{formatMoney(totals.value, language)} USD</dd>
        </div>
        {market === "futures" && (
          <div>
            <dt>{t("book.pnl")}</dt>
            <dd className={tone(totals.unrealised_pnl)}>
              {formatSigned(totals.unrealised_pnl, language)}
            </dd>
          </div>
        )}
        <div>
          <dt className="visually-hidden">{t("book.count", { count: items.length })}</dt>
          <dd>{t("book.count", { count: items.length })}</dd>
        </div>
      </dl>
      {items.length === 0 ? (
        <p className="card">{t("book.empty")}</p>
      ) : (
        <ul className="cards">
          {items.map((position) => (
            <Card key={position.category + position.symbol + position.position_idx} {...position} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Card(position: Position) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const spot = position.category === "spot";
  const direction = spot ? "holding" : position.side === "Buy" ? "long" : "short";
  return (
    <li className="card position" data-testid="position-card" data-symbol={position.symbol}>
      <div className="row spread">
        <strong>{position.symbol}</strong>
        <span className={`badge ${direction}`}>
          {t(`book.${direction}`)}
          {position.leverage && ` ${formatNumber(position.leverage, language)}×`}
        </span>
        <span>{formatMoney(position.value, language)} USD</span>
      </div>
      <dl>
        <Fact name={t("book.size")} value={formatNumber(position.size, language)} />
        {position.entry_price && (
          <Fact name={t("book.entry")} value={formatNumber(position.entry_price, language)} />
        )}
        <Fact name={t("book.mark")} value={formatNumber(position.mark_price, language)} />
        {position.unrealised_pnl && (
          <Fact
            name="PnL"
            value={formatSigned(position.unrealised_pnl, language)}
            tone={tone(position.unrealised_pnl)}
          />
        )}
        {decimal(position.restorable).gt(0) && (
          <Fact name={t("book.restorable")} value={formatNumber(position.restorable, language)} />
        )}
      </dl>
    </li>
  );
}

function Fact({ name, value, tone: shade }: { name: string; value: string; tone?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={shade}>{value}</dd>
    </div>
  );
}

function tone(amount: string): string {
  const number = decimal(amount);
  return number.gt(0) ? "gain" : number.lt(0) ? "loss" : "";
}

function Skeleton({ label }: { label: string }) {
  return (
    <div role="status" className="cards">
      <span className="visually-hidden">{label}</span>
      {["a", "b", "c", "d"].map((key) => (
        <div key={key} className="card skeleton" />
      ))}
    </div>
  );
}
