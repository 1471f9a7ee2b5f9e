import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useUnread } from "@/shared/notices/useUnread";
import { useLooking } from "@/shared/person/desk";
import { useAccount, useAccountName, usePerson } from "@/shared/person/Person";
import { LiveLink } from "@/shared/signals/LiveLink";
import { Icon } from "@/shared/ui/Icon";
import { Sheet } from "@/shared/ui/Sheet";

/** Which account is looked at, and the ways to the other screens. */
export function Header() {
  const { t } = useTranslation();
  const account = useAccount();
  const [choosing, setChoosing] = useState(false);
  return (
    <header className="row spread header">
      <button
        type="button"
        className="account-chip"
        aria-haspopup="dialog"
        onClick={() => setChoosing(true)}
        data-testid="account-chip"
      >
        <span className={`dot ${account.environment}`} aria-hidden="true" />
        <span className="account-label">
          {account.label}
          <small>{t(`environment.${account.environment}`)}</small>
        </span>
        <Icon name="down" />
      </button>
      <nav className="row" aria-label={t("nav.label")}>
        <Unread />
        <LiveLink />
        {(["restore", "history", "settings"] as const).map((name) => (
          <Link
            key={name}
            href={`/${name}`}
            className="icon"
            aria-label={t(`nav.${name}`)}
            data-testid={`nav-${name}`}
          >
            <Icon name={name} />
          </Link>
        ))}
      </nav>
      {choosing && <AccountChoice onClose={() => setChoosing(false)} />}
    </header>
  );
}

/** The way to what the person should know, while there is something they haven't read. */
function Unread() {
  const { t } = useTranslation();
  const unread = useUnread();
  if (unread === 0) return null;
  return (
    <Link href="/notices" className="icon bell" data-testid="nav-notices">
      <Icon name="bell" />
      <span className="visually-hidden">{t("notices.unread")} </span>
      <span className="count" data-testid="notices-badge">
        {unread}
      </span>
    </Link>
  );
}

function AccountChoice({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { accounts } = usePerson();
  const nameOf = useAccountName();
  const current = useAccount();
  const lookAt = useLooking((state) => state.lookAtAccount);
  return (
    <Sheet title={t("nav.accounts")} onClose={onClose} testId="accounts">
      <ul className="rows">
        {accounts.map((account) => (
          <li key={account.id}>
            <button
              type="button"
              className="row-button"
              aria-current={account.id === current.id}
              onClick={() => {
                lookAt(account.id);
                onClose();
              }}
            >
              <span className={`dot ${account.environment}`} aria-hidden="true" />
              <span className="grow">
                {nameOf(account)}
                <span className="hint">{account.api_key_masked}</span>
              </span>
              {account.id === current.id && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
      <Link href="/connect" className="button plain" onClick={onClose}>
        {t("nav.addAccount")}
      </Link>
    </Sheet>
  );
}
