import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Account } from "@/shared/api/types";
import { usePerson } from "@/shared/person/Person";
import { LiveLink } from "@/shared/signals/LiveLink";
import { Icon } from "@/shared/ui/Icon";
import { Screen } from "@/shared/ui/Screen";
import { Connected } from "./Connected";
import { ConnectForm } from "./ConnectForm";
import css from "./connect.module.css";
import { environmentsOf } from "./environments";
import { KeySteps } from "./KeySteps";

/** A key of Bybit's: how to make one, and where to put it. `first`: the person has none yet. */
export default function ConnectScreen({ first }: { first: boolean }) {
  const { t } = useTranslation();
  // Having connected makes it the first no longer; the screen stays what it was.
  const [welcome] = useState(first);
  const known = environmentsOf(usePerson().environment);
  const [environment, setEnvironment] = useState(known[0] ?? "mainnet");
  const [account, setAccount] = useState<Account | null>(null);
  if (account) return <Connected account={account} />;
  return (
    <Screen
      title={welcome ? t("connect.welcome") : t("connect.title")}
      {...(!welcome && { back: "/settings" })}
      actions={
        // Without a key there is no desk, and its header leads nowhere yet.
        welcome && (
          <>
            <LiveLink />
            <Link
              href="/settings"
              className="icon"
              aria-label={t("nav.settings")}
              data-testid="nav-settings"
            >
              <Icon name="settings" />
            </Link>
          </>
        )
      }
    >
      {welcome && (
        <div className={css.welcome}>
          <p>{t("connect.reduces")}</p>
          <p>{t("connect.restores")}</p>
        </div>
      )}
      <div className={css.columns}>
        <KeySteps environment={environment} open={welcome} />
        <ConnectForm
          known={known}
          environment={environment}
          onEnvironment={setEnvironment}
          onConnected={setAccount}
        />
      </div>
    </Screen>
  );
}
