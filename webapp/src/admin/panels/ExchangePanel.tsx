import { useTranslation } from "react-i18next";
import css from "../admin.module.css";
import type { Exchange } from "../types";
import { Panel } from "../ui/Panel";
import { Bars, Line } from "../ui/Spark";

/** How fast the exchange took orders within the last hour, and what it refused. */
export function ExchangePanel({ exchange }: { exchange: Exchange }) {
  const { t, i18n } = useTranslation();
  const { sent, troubled, minutes, refusals } = exchange;
  const share = new Intl.NumberFormat(i18n.language, {
    style: "percent",
    maximumFractionDigits: 1,
  }).format(sent > 0 ? troubled / sent : 0);
  const times = minutes.map((minute) => minute.p50_ms);
  const ms = (value: number | null) =>
    value === null ? "–" : t("admin.exchange.ms", { value: Math.round(value) });
  return (
    <Panel
      title={t("admin.exchange.title")}
      aside={<span className="hint">{t("admin.exchange.hour")}</span>}
      size="narrow"
      testId="exchange"
    >
      <dl className="facts large" data-testid="latency">
        {(["p50_ms", "p95_ms", "p99_ms"] as const).map((name) => (
          <div key={name}>
            <dt>{name.slice(0, 3)}</dt>
            <dd>{ms(exchange[name])}</dd>
          </div>
        ))}
        <div>
          <dt>{t("admin.exchange.sent")}</dt>
          <dd>{sent}</dd>
        </div>
        <div>
          <dt>{t("admin.exchange.troubled")}</dt>
          <dd className={troubled > 0 ? "loss" : undefined}>{share}</dd>
        </div>
      </dl>
      <div className={css.pair}>
        <figure>
          <Line values={times} label={t("admin.exchange.median")} />
          <figcaption className="hint">{t("admin.exchange.median")}</figcaption>
        </figure>
        <figure>
          <Bars
            values={minutes.map((minute) => minute.troubled)}
            label={t("admin.exchange.troubledByMinute")}
            tone="loss"
          />
          <figcaption className="hint">{t("admin.exchange.troubledByMinute")}</figcaption>
        </figure>
      </div>
      {refusals.length > 0 && (
        <ul className={css.refusals}>
          {refusals.map((one) => (
            <li key={one.code}>
              <span className={css.mono}>{one.code}</span>
              <span className={`grow ${css.cut}`}>{one.message}</span>
              <strong className="numbers">{one.count}</strong>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
