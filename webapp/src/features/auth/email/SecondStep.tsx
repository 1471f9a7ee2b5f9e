import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asCode } from "@/shared/confirm/code";
import { Failure } from "@/shared/ui/Failure";
import { Field } from "@/shared/ui/Field";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";

interface Props {
  busy: boolean;
  error: unknown;
  onCode: (code: string) => void;
  onBack: () => void;
}

/** The code after the password: of the app, or one of the recovery codes. */
export function SecondStep({ busy, error, onCode, onBack }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [recovering, setRecovering] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
  }, []);

  function change() {
    setTyped("");
    setRecovering(!recovering);
    input.current?.focus();
  }

  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        onCode(asCode(typed));
      }}
    >
      <Field
        name="code"
        label={recovering ? t("signIn.second.recovery") : t("signIn.second.code")}
        hint={recovering ? t("signIn.second.recoveryHint") : t("signIn.second.codeHint")}
        error={error}
      >
        {(described) => (
          <input
            {...described}
            ref={input}
            required
            maxLength={64}
            inputMode={recovering ? "text" : "numeric"}
            autoComplete={recovering ? "off" : "one-time-code"}
            autoCapitalize="none"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            data-testid="sign-in-code"
          />
        )}
      </Field>
      {Boolean(error) && <Failure error={error} toldElsewhere={["code"]} />}
      <Submit busy={busy} testId="sign-in-submit">
        {t("signIn.enter")}
      </Submit>
      <div className={css.links}>
        <button type="button" className="link" onClick={change} data-testid="sign-in-recovery">
          {recovering ? t("signIn.second.useApp") : t("signIn.second.useRecovery")}
        </button>
        <button type="button" className="link" onClick={onBack}>
          {t("common.back")}
        </button>
      </div>
    </form>
  );
}
