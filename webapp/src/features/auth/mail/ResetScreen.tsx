import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { endSession } from "@/shared/api/session";
import "@/shared/i18n/signIn";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";
import { Welcome } from "../outside/Welcome";
import { useMailToken } from "./fragment";
import { Incomplete } from "./Incomplete";

/** Where the mail for a forgotten password leads: a new one ends every sign-in, this one too. */
export default function ResetScreen() {
  const { t } = useTranslation();
  const token = useMailToken();
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: (token: string) =>
      unwrap(api.POST("/api/auth/reset", { body: { token, password } })),
    gcTime: 0,
    onSuccess: endSession,
  });

  return (
    <Welcome>
      <h1>{t("signIn.reset.title")}</h1>
      {token === null && <Incomplete />}
      {token !== null && reset.isSuccess && (
        <div className={`card ${css.panel}`} role="status" data-testid="reset-done">
          <p>{t("signIn.reset.done")}</p>
          <Link href="/" replace className="button">
            {t("signIn.enter")}
          </Link>
        </div>
      )}
      {token !== null && !reset.isSuccess && (
        <form
          className={`card ${css.panel} ${css.form}`}
          onSubmit={(event) => {
            event.preventDefault();
            reset.mutate(token);
          }}
        >
          <PasswordField
            name="password"
            label={t("signIn.newPassword")}
            hint={t("signIn.passwordHint")}
            error={reset.error}
            autoComplete="new-password"
            value={password}
            onChange={setPassword}
            testId="reset-password"
          />
          {reset.error && <Failure error={reset.error} toldElsewhere={["password"]} />}
          <Submit busy={reset.isPending} testId="reset-submit">
            {t("signIn.reset.save")}
          </Submit>
        </form>
      )}
    </Welcome>
  );
}
