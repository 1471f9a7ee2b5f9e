import { useTranslation } from "react-i18next";
import type { Plan, RoundTrip } from "@/shared/api/types";
import { tone } from "@/shared/money/format";
import { type Amounts, inDollars, negated, told, verdictOf } from "./cost";
import css from "./restore.module.css";
import { useCoinText } from "./useCoinText";

interface NetProps {
  plan: Plan;
  isStale: boolean;
  testId?: string;
}

/** What coming back now saves or costs, in numbers and in words. */
export function Net({ plan, isStale, testId }: NetProps) {
  const { t } = useTranslation();
  const coinText = useCoinText();
  const { cost } = plan;
  const nets = told(cost?.net ?? {});
  const dollars = nets.length > 1 ? inDollars(plan.legs) : null;
  if (!cost || nets.length === 0) {
    return (
      <p className="hint" data-testid={testId}>
        {t("cost.unknown")}
      </p>
    );
  }
  const verdict = verdictOf(dollars === null ? cost.net : { USD: dollars });
  return (
    <div
      className={`${css.cost} ${isStale ? "stale" : ""}`}
      data-testid={testId}
      data-verdict={verdict}
    >
      <p>
        {(dollars === null ? nets : [["USD", dollars] as const]).map(([coin, amount]) => (
          <span key={coin} className={`numbers ${css.big} ${tone(amount) ?? ""}`}>
            {dollars !== null && "≈ "}
            {coinText(coin, amount)}
          </span>
        ))}
      </p>
      <p className={css.words} aria-live="polite">
        {t(`cost.${verdict}`)}
      </p>
    </div>
  );
}

/** What the net consists of. */
export function Split({ cost }: { cost: RoundTrip }) {
  const { t } = useTranslation();
  const coinText = useCoinText();
  const line = (name: string, amounts: Amounts) => {
    const shown = told(amounts);
    return (
      <div>
        <dt>{name}</dt>
        <dd>
          {shown.length === 0 && "—"}
          {shown.map(([coin, amount]) => (
            <span key={coin} className={tone(amount)}>
              {coinText(coin, amount)}
            </span>
          ))}
        </dd>
      </div>
    );
  };
  return (
    <div className={css.field}>
      <dl className={css.split} data-testid="cost-split">
        {line(t("cost.price"), cost.price_effect)}
        {line(t("cost.fees"), negated(cost.fees))}
        {line(t("cost.funding"), cost.funding ?? {})}
      </dl>
      <p className="hint">{t("cost.compared")}</p>
    </div>
  );
}
