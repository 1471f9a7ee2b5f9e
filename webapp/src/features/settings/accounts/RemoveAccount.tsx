import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Account, Me } from "@/shared/api/types";
import { useAccountName } from "@/shared/person/Person";
import { Failure } from "@/shared/ui/Failure";
import { HoldButton } from "@/shared/ui/HoldButton";
import { Sheet } from "@/shared/ui/Sheet";
import { say } from "@/shared/ui/Toast";
import { withoutAccount } from "../person";
import css from "../settings.module.css";

/** Forget the key pair, once it is clear what goes and what stays. */
export function RemoveAccount({ account }: { account: Account }) {
  const { t } = useTranslation();
  const nameOf = useAccountName();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/users/api-keys/{account_id}", {
          params: { path: { account_id: account.id } },
        }),
      ),
    onSuccess: () => {
      say(t("settings.removed"));
      queries.setQueryData<Me>(["me"], (me) => me && withoutAccount(me, account.id));
      void queries.invalidateQueries({ queryKey: ["me"] });
    },
  });
  return (
    <>
      <button
        type="button"
        className={css.quietDanger}
        onClick={() => setAsking(true)}
        data-testid="account-remove"
      >
        {t("settings.remove")}
      </button>
      {asking && (
        <Sheet
          title={t("settings.removeTitle", { account: nameOf(account) })}
          onClose={() => {
            setAsking(false);
            remove.reset();
          }}
          testId="account-remove-sheet"
        >
          <ul className={css.list}>
            <li>{t("settings.removeKey", { key: account.api_key_masked })}</li>
            <li>{t("settings.removeHistory")}</li>
            <li>{t("settings.removeSnapshots")}</li>
          </ul>
          {remove.error && <Failure error={remove.error} />}
          <HoldButton
            danger
            busy={remove.isPending}
            onHeld={() => remove.mutate()}
            testId="account-remove-confirm"
          >
            {remove.isPending ? t("settings.removing") : t("settings.removeHold")}
          </HoldButton>
        </Sheet>
      )}
    </>
  );
}
