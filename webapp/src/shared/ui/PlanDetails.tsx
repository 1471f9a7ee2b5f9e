import { useTranslation } from "react-i18next";
import type { Plan } from "@/shared/api/types";
import { asLanguage, formatMoney, formatNumber, formatShort } from "@/shared/money/format";

/** A plan: its sum, and behind it leg by leg: now → after, the order, or why it is skipped. */
export function PlanDetails({ plan }: { plan: Plan }) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  return (
    <details className="plan" data-testid="plan">
      <summary>
        {t("plan.sum", {
          legs: plan.totals.legs,
          notional: formatMoney(plan.totals.notional, language),
        })}
        {plan.totals.skipped > 0 && ` · ${t("reduce.skipped", { count: plan.totals.skipped })}`}
      </summary>
      <ul>
        {plan.legs.map((leg) => (
          <li
            key={`${leg.category}${leg.symbol}${leg.position_idx}${leg.snapshot_id ?? leg.position_side}`}
            data-testid="plan-leg"
            data-symbol={leg.symbol}
            data-state={leg.state}
          >
            <strong>{leg.symbol}</strong>{" "}
            {leg.state === "planned" ? (
              <>
                {formatNumber(leg.size_now, language)} → {formatShort(leg.size_after, language)}
                <span className="hint">
                  {t("plan.order")} {formatNumber(leg.qty, language)} ·{" "}
                  {formatMoney(leg.notional, language)} USD
                </span>
              </>
            ) : (
              <span className="hint">{leg.reason_text}</span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
