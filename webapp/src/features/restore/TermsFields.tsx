import { useTranslation } from "react-i18next";
import type { MarketType } from "@/shared/api/types";
import { PercentInput } from "@/shared/ui/PercentInput";
import { Switch } from "@/shared/ui/Switch";
import type { Terms } from "./body";
import { GuardField } from "./GuardField";
import css from "./restore.module.css";

interface Props {
  terms: Terms;
  onTerms: (terms: Terms) => void;
  market: MarketType;
}

/** How much comes back, at which price, and with which leverage. */
export function TermsFields({ terms, onTerms, market }: Props) {
  const { t } = useTranslation();
  return (
    <div className={css.terms}>
      <div className={css.field}>
        <PercentInput
          typed={terms.percent}
          onChange={(percent) => onTerms({ ...terms, percent })}
        />
        <p className="hint">{t("restore.percentHint")}</p>
      </div>
      <GuardField guard={terms.guard} onChange={(guard) => onTerms({ ...terms, guard })} />
      {market === "futures" && (
        <Switch
          label={t("restore.leverage")}
          hint={t("restore.leverageHint")}
          checked={terms.setLeverage}
          onChange={(setLeverage) => onTerms({ ...terms, setLeverage })}
          testId="set-leverage"
        />
      )}
    </div>
  );
}
