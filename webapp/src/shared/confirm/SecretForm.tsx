import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/shared/ui/Failure";
import { Segmented } from "@/shared/ui/Segmented";
import { Submit } from "@/shared/ui/Submit";
import { digitsOf } from "./code";
import { isWrong, METHODS, type Method, type Secret, secretOf } from "./secret";

interface Props {
  /** By what the person can confirm; none known: either. */
  methods: readonly Method[];
  /** What the button does: "Confirm". */
  action: string;
  detail?: string;
  busy: boolean;
  error: unknown;
  onSend: (secret: Secret) => void;
}

/** Asks for the PIN or a code, again if it was wrong. */
export function SecretForm({ methods, action, detail, busy, error, onSend }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const possible = methods.length > 0 ? methods : METHODS;
  const [chosen, setChosen] = useState<Method | null>(null);
  const method = chosen !== null && possible.includes(chosen) ? chosen : (possible[0] ?? "pin");
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const wrong = isWrong(error);
  useEffect(() => {
    input.current?.focus();
  }, []);
  useEffect(() => {
    if (!wrong) return;
    setTyped("");
    input.current?.focus();
  }, [wrong]);

  function send(event: FormEvent) {
    event.preventDefault();
    if (!busy) onSend(secretOf(method, typed));
  }

  return (
    <form className="secret" onSubmit={send}>
      {possible.length > 1 && (
        <Segmented
          legend={t("confirm.by")}
          options={possible.map((value) => ({ value, label: t(`confirm.method.${value}`) }))}
          value={method}
          onChange={(value) => {
            setChosen(value);
            setTyped("");
          }}
          testId="confirm-method"
        />
      )}
      <div>
        <label htmlFor={id}>{t(`confirm.secret.${method}`)}</label>
        <input
          // A password manager must not take a PIN for the password, nor a code for the PIN.
          key={method}
          ref={input}
          id={id}
          type={method === "pin" ? "password" : "text"}
          inputMode={method === "pin" ? "numeric" : "text"}
          autoComplete={method === "pin" ? "off" : "one-time-code"}
          autoCapitalize="none"
          spellCheck={false}
          required
          minLength={method === "pin" ? 4 : 6}
          maxLength={method === "pin" ? 8 : 32}
          aria-invalid={wrong}
          value={typed}
          onChange={({ target: { value } }) => setTyped(method === "pin" ? digitsOf(value) : value)}
          data-testid="confirm-secret"
        />
        {method === "totp" && <p className="hint">{t("confirm.codeHint")}</p>}
      </div>
      {Boolean(error) && <Failure error={error} />}
      <Submit busy={busy} testId="confirm-send">
        {busy ? t("confirm.sending") : action}
        {detail && <small>{detail}</small>}
      </Submit>
    </form>
  );
}
