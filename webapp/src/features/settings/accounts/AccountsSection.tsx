import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { usePerson } from "@/shared/person/Person";
import { Icon } from "@/shared/ui/Icon";
import { Section } from "@/shared/ui/Section";
import { AccountCard } from "./AccountCard";

export function AccountsSection() {
  const { t } = useTranslation();
  const { accounts } = usePerson();
  return (
    <Section title={t("settings.section.accounts")} bare>
      {accounts.map((account) => (
        <AccountCard key={account.id} account={account} alone={accounts.length === 1} />
      ))}
      <Link href="/connect" className="button plain" data-testid="account-connect">
        <Icon name="plus" />
        {accounts.length ? t("nav.addAccount") : t("settings.connect")}
      </Link>
    </Section>
  );
}
