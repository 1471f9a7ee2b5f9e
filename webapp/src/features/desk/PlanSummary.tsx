import { useTranslation } from "react-i18next";
import type { Plan } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Switch } from "@/shared/ui/Switch";
import css from "./desk.module.css";
import { effectiveDiffers, skipReasons } from "./plan";

interface Props {
  shown: Plan;
  /** Whether it is the plan of another percentage, until the right one is read. */
  isStale: boolean;
  roundUp: boolean;
  onRoundUp: (on: boolean) => void;
}

/** What the reduce comes to; behind it what is skipped and why. */
export function PlanSummary({ shown, isStale, roundUp, onRoundUp }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { legs, skipped, notional, fee_estimate: fee } = shown.totals;
  return (
    <div
      className={isStale ? "stale" : ""}
      aria-live="polite"
      aria-busy={isStale}
      data-testid="plan-summary"
    >
      {legs > 0 && effectiveDiffers(shown) && (
        <p className="hint" data-testid="effective">
          {t("reduce.asked", {
            percent: format.number(shown.percent),
            effective: format.number(shown.effective_percent),
          })}
        </p>
      )}
      <details className={css.summary}>
        <summary className="numbers" data-testid="plan-details">
          {legs === 0
            ? t("reduce.nothing")
            : t("plan.sum", { count: legs, notional: format.rough(notional) })}
          {skipped > 0 && ` · ${t("reduce.skipped", { count: skipped })}`}
        </summary>
        <p className="hint numbers">{t("plan.fee", { fee: format.money(fee) })}</p>
        <ul>
          {skipReasons(shown).map(({ reason, symbols }) => (
            <li key={reason} className="hint">
              {symbols.join(", ")}: {reason}
            </li>
          ))}
        </ul>
        <Switch
          label={t("reduce.roundUp")}
          hint={t("reduce.roundUpHint")}
          checked={roundUp}
          onChange={onRoundUp}
          testId="round-up"
        />
      </details>
    </div>
  );
}
