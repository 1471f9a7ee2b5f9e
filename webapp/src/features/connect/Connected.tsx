import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Account } from "@/shared/api/types";
import { useAccountName } from "@/shared/person/Person";
import { MainButton } from "@/shared/telegram/MainButton";
import { Fact, Facts } from "@/shared/ui/Facts";
import { Icon } from "@/shared/ui/Icon";
import { Screen } from "@/shared/ui/Screen";
import css from "./connect.module.css";

/** The key works; what its owner could still make better about it. */
export function Connected({ account }: { account: Account }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const nameOf = useAccountName();
  return (
    <Screen title={t("connect.done")}>
      <section className={`card ${css.connected}`} data-testid="connected">
        <p className={`row ${css.who}`}>
          <Icon name="check" />
          <strong>{nameOf(account)}</strong>
        </p>
        <Facts>
          <Fact name={t("connect.key")}>{account.api_key_masked}</Fact>
          <Fact name={t("connect.trades")}>
            {account.market.map((market) => t(`tabs.${market}`)).join(", ")}
          </Fact>
        </Facts>
      </section>
      {account.advice.length > 0 && (
        <section className="card" data-testid="connect-advice">
          <h2>{t("connect.advice")}</h2>
          <ul className="rows">
            {account.advice.map((advice) => (
              <li key={advice.code}>{advice.message}</li>
            ))}
          </ul>
        </section>
      )}
      <MainButton text={t("connect.continue")} onClick={() => go("/")} testId="connect-done" />
    </Screen>
  );
}
