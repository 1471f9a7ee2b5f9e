import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { EmailField } from "@/shared/ui/EmailField";
import { Failure } from "@/shared/ui/Failure";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";
import type { EmailStep } from "./EmailPanel";
import { Mailed } from "./Mailed";

interface Props {
  email: string;
  onEmail: (email: string) => void;
  onStep: (step: EmailStep) => void;
}

/** Asks for a mail with a way to a new password. */
export function ForgotForm({ email, onEmail, onStep }: Props) {
  const { t } = useTranslation();
  const ask = useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/forgot", { body: { email: email.trim() } })),
  });
  if (ask.isSuccess) {
    return <Mailed text={t("signIn.forgot.mailed", { email })} onBack={() => onStep("login")} />;
  }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate();
      }}
    >
      <h2>{t("signIn.forgot.title")}</h2>
      <p className="hint">{t("signIn.forgot.text")}</p>
      <EmailField
        label={t("signIn.email")}
        error={ask.error}
        autoComplete="username"
        value={email}
        onChange={onEmail}
        testId="sign-in-email"
      />
      {ask.error && <Failure error={ask.error} toldElsewhere={["email"]} />}
      <Submit busy={ask.isPending} testId="sign-in-submit">
        {t("signIn.forgot.send")}
      </Submit>
      <button type="button" className="link" onClick={() => onStep("login")}>
        {t("signIn.back")}
      </button>
    </form>
  );
}
