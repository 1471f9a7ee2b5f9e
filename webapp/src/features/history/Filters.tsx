import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAccountName, usePerson } from "@/shared/person/Person";
import { Segmented } from "@/shared/ui/Segmented";
import type { Filter } from "./filter";
import css from "./history.module.css";

const KINDS = ["all", "reduce", "restore"] as const;
const MARKETS = ["futures", "spot"] as const;
const GROUPS = ["done", "trouble", "running"] as const;

interface Props {
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** Which jobs are listed; account and market also say whose exposure is drawn. */
export function Filters({ filter, onFilter }: Props) {
  const { t } = useTranslation();
  const { accounts } = usePerson();
  const nameOf = useAccountName();
  return (
    <section className={css.filters} aria-label={t("history.filter.label")}>
      <Segmented
        legend={t("history.filter.kind")}
        options={KINDS.map((kind) => ({ value: kind, label: t(`history.kind.${kind}`) }))}
        value={filter.kind ?? "all"}
        onChange={(kind) => onFilter({ ...filter, kind: kind === "all" ? null : kind })}
        testId="history-filter-kind"
      />
      <div className={css.selects}>
        <Choice
          name="market"
          label={t("history.filter.market")}
          value={filter.market}
          onChange={(value) =>
            onFilter({ ...filter, market: MARKETS.find((one) => one === value) ?? null })
          }
        >
          <option value="">{t("history.filter.anyMarket")}</option>
          {MARKETS.map((market) => (
            <option key={market} value={market}>
              {t(`tabs.${market}`)}
            </option>
          ))}
        </Choice>
        <Choice
          name="state"
          label={t("history.filter.state")}
          value={filter.group}
          onChange={(value) =>
            onFilter({ ...filter, group: GROUPS.find((one) => one === value) ?? null })
          }
        >
          <option value="">{t("history.filter.anyState")}</option>
          {GROUPS.map((group) => (
            <option key={group} value={group}>
              {t(`history.group.${group}`)}
            </option>
          ))}
        </Choice>
        {accounts.length > 1 && (
          <Choice
            name="account"
            label={t("history.filter.account")}
            value={filter.accountId}
            onChange={(value) => onFilter({ ...filter, accountId: value || null })}
          >
            <option value="">{t("history.filter.anyAccount")}</option>
            {accounts.map((account) => (
              <option key={account.id} value={account.id}>
                {nameOf(account)}
              </option>
            ))}
          </Choice>
        )}
      </div>
    </section>
  );
}

interface ChoiceProps {
  name: "market" | "state" | "account";
  label: string;
  value: string | null;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ name, label, value, onChange, children }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      className={css.select}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value)}
      data-testid={`history-filter-${name}`}
    >
      {children}
    </select>
  );
}
