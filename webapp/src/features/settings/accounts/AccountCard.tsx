import { useTranslation } from "react-i18next";
import type { Account } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Fact, Facts } from "@/shared/ui/Facts";
import { Icon } from "@/shared/ui/Icon";
import css from "../settings.module.css";
import { AccountName } from "./AccountName";
import { DefaultChoice } from "./DefaultChoice";
import { Exemptions } from "./Exemptions";
import { KeyState } from "./KeyState";
import { RemoveAccount } from "./RemoveAccount";
import { isExcess, rightsOf } from "./rights";

/** A connected key: what it is, what it may, and what can be changed about it. */
export function AccountCard({ account, alone }: { account: Account; alone: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rights = rightsOf(account);
  const excess = rights.filter(isExcess).map((right) => t(`settings.right.${right}`));
  return (
    <article
      className={`card ${css.account}`}
      aria-label={account.label}
      data-testid="account-row"
      data-label={account.label}
    >
      <AccountName account={account} />
      <KeyState account={account} />
      <Facts>
        <Fact name={t("settings.key")}>{account.api_key_masked}</Fact>
        <Fact name={t("settings.connected")}>{format.date(account.created_at)}</Fact>
        <Fact name={t("settings.expires")}>
          {account.expires_at ? format.date(account.expires_at) : t("settings.never")}
        </Fact>
        <Fact name={t("settings.rights")} testId="account-rights">
          {rights.map((right) => t(`settings.right.${right}`)).join(", ") || "—"}
        </Fact>
      </Facts>
      {(account.advice.length > 0 || excess.length > 0) && (
        <ul className={css.advice} data-testid="account-advice">
          {account.advice.map((advice) => (
            <Advice key={advice.code}>{advice.message}</Advice>
          ))}
          {excess.length > 0 && (
            <Advice>{t("settings.excess", { rights: excess.join(", ") })}</Advice>
          )}
        </ul>
      )}
      {!alone && <DefaultChoice account={account} />}
      <Exemptions account={account} />
      <RemoveAccount account={account} />
    </article>
  );
}

function Advice({ children }: { children: string }) {
  return (
    <li>
      <Icon name="warning" />
      <span>{children}</span>
    </li>
  );
}
