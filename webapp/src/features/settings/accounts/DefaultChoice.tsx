import { useTranslation } from "react-i18next";
import type { Account } from "@/shared/api/types";
import { Failure } from "@/shared/ui/Failure";
import css from "../settings.module.css";
import { useChangeAccount } from "./useChangeAccount";

/** One of the radio buttons that all accounts share. */
export function DefaultChoice({ account }: { account: Account }) {
  const { t } = useTranslation();
  const change = useChangeAccount(account);
  return (
    <>
      <label className={css.default}>
        <input
          type="radio"
          name="default-account"
          checked={account.is_default || change.isPending}
          onChange={() => change.mutate({ is_default: true })}
          data-testid="account-default"
        />
        <span>
          {account.is_default ? t("settings.isDefault") : t("settings.makeDefault")}
          <span className="hint">{t("settings.defaultHint")}</span>
        </span>
      </label>
      {change.error && <Failure error={change.error} />}
    </>
  );
}
