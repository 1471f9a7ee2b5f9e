import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "./Field";
import { Icon } from "./Icon";
import css from "./password.module.css";

interface Props {
  name: string;
  label: string;
  hint?: string;
  error: unknown;
  autoComplete: "current-password" | "new-password";
  value: string;
  onChange: (value: string) => void;
  testId: string;
}

/** A password, hidden until its owner wants to see it. */
export function PasswordField(props: Props) {
  const { name, label, hint, error, autoComplete, value, onChange, testId } = props;
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Field name={name} label={label} error={error} {...(hint !== undefined && { hint })}>
      {(described) => (
        <span className={css.box}>
          <input
            {...described}
            type={shown ? "text" : "password"}
            required
            maxLength={1024}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            data-testid={testId}
          />
          <button
            type="button"
            className="icon"
            aria-label={t("password.show")}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <Icon name={shown ? "hidden" : "eye"} />
          </button>
        </span>
      )}
    </Field>
  );
}
