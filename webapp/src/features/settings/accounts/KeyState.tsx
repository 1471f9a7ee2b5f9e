import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Account, Me } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { withAccount } from "../person";
import css from "../settings.module.css";

/** Whether the key can be used, when the exchange was asked last, and asking it now. */
export function KeyState({ account }: { account: Account }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const check = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/users/api-keys/{account_id}/check", {
          params: { path: { account_id: account.id } },
        }),
      ),
    onSuccess: (checked) => {
      queries.setQueryData<Me>(["me"], (me) => me && withAccount(me, checked));
      void queries.invalidateQueries({ queryKey: ["notices"] });
    },
  });
  const good = account.state === "ok";
  return (
    <div className={css.key}>
      <div className={css.state}>
        <span className={`badge ${good ? "ok" : "bad"}`} data-testid="key-state">
          {t(`settings.keyState.${account.state}`)}
        </span>
        <span className={css.checked}>
          {t("settings.checked", { moment: format.moment(account.checked_at) })}
        </span>
      </div>
      {!good && <p>{t(`settings.keyAdvice.${account.state}`)}</p>}
      {check.error && <Failure error={check.error} />}
      <button
        type="button"
        className="plain"
        disabled={check.isPending}
        aria-busy={check.isPending}
        onClick={() => check.mutate()}
        data-testid="key-check"
      >
        {check.isPending ? t("settings.checking") : t("settings.check")}
      </button>
    </div>
  );
}
