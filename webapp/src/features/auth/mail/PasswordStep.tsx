import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { problemOf } from "@/shared/api/problem";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";

interface Props {
  busy: boolean;
  error: unknown;
  onPassword: (password: string) => void;
}

/** Outside of the browser that asked for the link: the mail's reader may be somebody else. */
export function PasswordStep({ busy, error, onPassword }: Props) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const toldByField = problemOf(error)?.code === "bad_credentials";
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        onPassword(password);
      }}
    >
      <p>{t("signIn.verify.elsewhere")}</p>
      <PasswordField
        name="password"
        label={t("signIn.password")}
        error={error}
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        testId="verify-password"
      />
      {Boolean(error) && !toldByField && <Failure error={error} toldElsewhere={["password"]} />}
      <Submit busy={busy} testId="verify-submit">
        {t("signIn.verify.confirm")}
      </Submit>
      <p className="hint">{t("signIn.verify.notYou")}</p>
      <Link href="/" replace className="button plain">
        {t("signIn.back")}
      </Link>
    </form>
  );
}
