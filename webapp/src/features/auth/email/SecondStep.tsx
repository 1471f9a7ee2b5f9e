import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asCode } from "@/shared/confirm/code";
import { CodeField } from "@/shared/ui/CodeField";
import { Failure } from "@/shared/ui/Failure";
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
      <CodeField
        ref={input}
        label={recovering ? t("signIn.second.recovery") : t("signIn.second.code")}
        hint={recovering ? t("signIn.second.recoveryHint") : t("signIn.second.codeHint")}
        error={error}
        takes={recovering ? "recovery" : "app"}
        value={typed}
        onChange={setTyped}
        testId="sign-in-code"
      />
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
