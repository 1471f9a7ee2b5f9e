import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { EmailField } from "@/shared/ui/EmailField";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";
import type { EmailStep } from "./EmailPanel";
import { Mailed } from "./Mailed";

interface Props {
  email: string;
  onEmail: (email: string) => void;
  onStep: (step: EmailStep) => void;
}

/** A new account: the mail that follows proves the address. */
export function RegisterForm({ email, onEmail, onStep }: Props) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const register = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/auth/register", { body: { email: email.trim(), password } })),
    gcTime: 0,
  });
  if (register.isSuccess) {
    return <Mailed text={t("signIn.register.mailed", { email })} onBack={() => onStep("login")} />;
  }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        register.mutate();
      }}
    >
      <h2>{t("signIn.register.title")}</h2>
      <EmailField
        label={t("signIn.email")}
        error={register.error}
        autoComplete="username"
        value={email}
        onChange={onEmail}
        testId="sign-in-email"
      />
      <PasswordField
        name="password"
        label={t("signIn.password")}
        hint={t("signIn.passwordHint")}
        error={register.error}
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        testId="sign-in-password"
      />
      {register.error && <Failure error={register.error} toldElsewhere={["email", "password"]} />}
      <Submit busy={register.isPending} testId="sign-in-submit">
        {t("signIn.register.send")}
      </Submit>
      <button type="button" className="link" onClick={() => onStep("login")}>
        {t("signIn.back")}
      </button>
    </form>
  );
}
