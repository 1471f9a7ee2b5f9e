import { useTranslation } from "react-i18next";
import type { Plan } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { skipReasons } from "./plan";
import css from "./restore.module.css";

/** How many orders for how much, and what is left out for which reason. */
export function PlanSum({ plan, isStale }: { plan: Plan; isStale: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div
      className={`${css.field} ${isStale ? "stale" : ""}`}
      aria-busy={isStale}
      data-testid="plan-summary"
    >
      {plan.totals.legs > 0 && (
        <p className="hint numbers">
          {t("plan.sum", {
            count: plan.totals.legs,
            notional: format.money(plan.totals.notional),
            fee: format.money(plan.totals.fee_estimate),
          })}
        </p>
      )}
      {skipReasons(plan).map(({ reason, symbols }) => (
        <p key={reason} className="hint" data-testid="skipped">
          <span className="warn">{symbols.join(", ")}</span>: {reason}
        </p>
      ))}
    </div>
  );
}
