import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Leg } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Icon } from "@/shared/ui/Icon";
import { adviceFor, directionOf, worthOf } from "./ending";
import css from "./jobs.module.css";
import { LegFacts } from "./LegFacts";
import { filledOf } from "./receiptText";

/** One position's share of a job: what became of it, why, what to do; opened, its numbers. */
export function LegRow({ leg, advise = false }: { leg: Leg; advise?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const direction = directionOf(leg);
  const worth = worthOf(leg);
  const advice = advise ? adviceFor(leg) : null;
  return (
    <li data-testid="leg-row" data-symbol={leg.symbol} data-state={leg.state} className={css.leg}>
      <details>
        <summary>
          <span className={css.legMain}>
            <span className="row">
              <strong className={css.symbol}>{leg.symbol}</strong>
              <span className={`badge ${direction}`}>{t(`side.${direction}`)}</span>
            </span>
            <span className={`state ${leg.state} ${css.legState}`}>
              {t(`job.leg.${leg.state}`)}
            </span>
            {leg.state !== "skipped" && (
              <span className={`hint numbers ${css.legLine}`}>
                {leg.avg_price === null
                  ? t("job.planned", { qty: format.number(leg.qty_planned) })
                  : filledOf(leg, t, format)}
                {worth !== null && ` · ${format.money(worth)} USD`}
              </span>
            )}
          </span>
          <Icon name="down" />
        </summary>
        <LegFacts leg={leg} />
      </details>
      {leg.protection === "failed" && <p className="fault">{t("job.protection.failed")}</p>}
      {leg.reason_text && <p className={css.reason}>{leg.reason_text}</p>}
      {advice === "key" ? (
        <Link href="/settings" className={css.advice}>
          {t("job.advice.key")}
        </Link>
      ) : (
        advice && <p className="hint">{t(`job.advice.${advice}`)}</p>
      )}
    </li>
  );
}
