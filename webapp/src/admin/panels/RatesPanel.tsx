import { useTranslation } from "react-i18next";
import css from "../admin.module.css";
import type { Overview } from "../types";
import { Panel } from "../ui/Panel";
import { Bars } from "../ui/Spark";

const SHOWN = [
  ["accepted", "accent"],
  ["ended", "gain"],
  ["failed", "loss"],
  ["takeovers", "warn"],
] as const;

/** What each of the last minutes brought. */
export function RatesPanel({ rates }: { rates: Overview["rates"] }) {
  const { t } = useTranslation();
  return (
    <Panel
      title={t("admin.rates.title")}
      aside={
        <span className="hint">{t("admin.rates.span", { count: rates.accepted.length })}</span>
      }
      size="narrow"
      testId="rates"
    >
      <ul className={css.rates}>
        {SHOWN.map(([name, tone]) => {
          const values = rates[name];
          const total = values.reduce((sum, value) => sum + value, 0);
          const label = t(`admin.rates.${name}`);
          return (
            <li key={name} data-testid={`rate-${name}`} data-total={total}>
              <span>
                {label}
                <strong className="numbers">{total}</strong>
              </span>
              <Bars values={values} label={`${label}: ${values.join(", ")}`} tone={tone} />
              <span className="hint numbers">
                {t("admin.rates.perMinute", { count: values.at(-2) ?? 0 })}
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
