import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import { beginSession } from "@/shared/api/session";
import { EmailField } from "@/shared/ui/EmailField";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";
import type { EmailStep } from "./EmailPanel";
import { SecondStep } from "./SecondStep";

interface Props {
  email: string;
  onEmail: (email: string) => void;
  onStep: (step: EmailStep) => void;
}

const OF_SECOND_STEP: ReadonlySet<string> = new Set([
  "totp_required",
  "totp_wrong",
  "too_many_codes",
]);

export function LoginForm({ email, onEmail, onStep }: Props) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState(false);
  const enter = useMutation({
    mutationFn: (code: string | null) =>
      unwrap(
        api.POST("/api/auth/login", {
          body: { email: email.trim(), password, ...(code !== null && { code }) },
        }),
      ),
    // The password is in there.
    gcTime: 0,
    onSuccess: beginSession,
    onError: (error) => setSecond(OF_SECOND_STEP.has(problemOf(error)?.code ?? "") || second),
  });

  if (second) {
    return (
      <SecondStep
        busy={enter.isPending}
        error={problemOf(enter.error)?.code === "totp_required" ? null : enter.error}
        onCode={(code) => enter.mutate(code)}
        onBack={() => {
          enter.reset();
          setSecond(false);
        }}
      />
    );
  }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate(null);
      }}
    >
      <EmailField
        label={t("signIn.email")}
        error={enter.error}
        autoComplete="username"
        value={email}
        onChange={onEmail}
        testId="sign-in-email"
      />
      <PasswordField
        name="password"
        label={t("signIn.password")}
        error={enter.error}
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        testId="sign-in-password"
      />
      {enter.error && <Failure error={enter.error} toldElsewhere={["email", "password"]} />}
      <Submit busy={enter.isPending} testId="sign-in-submit">
        {t("signIn.enter")}
      </Submit>
      <div className={css.links}>
        <button
          type="button"
          className="link"
          onClick={() => onStep("register")}
          data-testid="register-open"
        >
          {t("signIn.register.open")}
        </button>
        <button
          type="button"
          className="link"
          onClick={() => onStep("forgot")}
          data-testid="forgot-open"
        >
          {t("signIn.forgot.open")}
        </button>
      </div>
    </form>
  );
}
