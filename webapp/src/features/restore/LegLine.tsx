import { useTranslation } from "react-i18next";
import type { PlanLeg } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import css from "./restore.module.css";

/** Now → after, and the order for it; or why there is none. */
export function LegLine({ leg, isStale }: { leg: PlanLeg; isStale: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p
      className={`${css.leg} ${isStale ? "stale" : ""}`}
      data-testid="plan-leg"
      data-symbol={leg.symbol}
      data-state={leg.state}
    >
      {leg.state === "planned" ? (
        <>
          <span className="numbers">
            {format.number(leg.size_now)} → <b>{format.number(leg.size_after)}</b>
          </span>
          <span className="hint numbers">
            {t("plan.order", {
              qty: format.number(leg.qty),
              notional: format.money(leg.notional),
              fee: format.money(leg.fee_estimate),
            })}
          </span>
          {leg.limit_price && (
            <span className="hint numbers">
              {t(leg.side === "Buy" ? "restore.notAbove" : "restore.notBelow", {
                price: format.short(leg.limit_price),
              })}
            </span>
          )}
        </>
      ) : (
        <span className="hint">{t("plan.skip", { reason: leg.reason_text ?? "" })}</span>
      )}
    </p>
  );
}
