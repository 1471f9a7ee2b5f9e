import { useTranslation } from "react-i18next";
import type { Account } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Icon } from "@/shared/ui/Icon";
import { SavedInput } from "../SavedInput";
import css from "../settings.module.css";
import { AddExemption } from "./AddExemption";
import { asKept, withExemption, withoutExemption } from "./exemptions";
import { useChangeAccount } from "./useChangeAccount";

/** What no reduce of the account touches: at all, or below a quantity that stays. */
export function Exemptions({ account }: { account: Account }) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useChangeAccount(account);
  // The new list while it is being saved; a refusal brings the saved one back.
  const list = (change.isPending && change.variables.exempt) || account.exempt;
  return (
    <details className={css.exempt} data-testid="exempt-list">
      <summary>
        {t("settings.exempt")}
        <span className="badge">{list.length}</span>
      </summary>
      <p className="hint">{t("settings.exemptHint")}</p>
      <ul className="rows">
        {list.map(({ symbol, keep_qty: kept }) => (
          <li key={symbol} className={css.exemption} data-testid="exempt-row" data-symbol={symbol}>
            <strong className="grow">{symbol}</strong>
            <SavedInput
              label={t("settings.keep", { symbol })}
              saved={kept === null ? "" : format.number(kept)}
              read={asKept}
              onSave={(keep_qty) =>
                change.mutate({ exempt: withExemption(list, { symbol, keep_qty }) })
              }
              fault={t("settings.keepBad")}
              placeholder={t("settings.keepAll")}
              disabled={change.isPending}
              testId="exempt-keep"
            />
            <button
              type="button"
              className="icon"
              aria-label={t("settings.exemptRemove", { symbol })}
              disabled={change.isPending}
              onClick={() => change.mutate({ exempt: withoutExemption(list, symbol) })}
              data-testid="exempt-remove"
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      {change.error && <Failure error={change.error} />}
      <AddExemption account={account} busy={change.isPending} />
    </details>
  );
}
