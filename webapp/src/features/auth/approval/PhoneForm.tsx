import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "@/shared/api/problem";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Submit } from "@/shared/ui/Submit";
import css from "../auth.module.css";
import { asPhone } from "./phone";

interface Props {
  typed: string;
  onTyped: (typed: string) => void;
  busy: boolean;
  error: unknown;
  onBegin: (phone: string) => void;
}

export function PhoneForm({ typed, onTyped, busy, error, onBegin }: Props) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const id = useId();
  const [bad, setBad] = useState(false);
  const refused = problemOf(error)?.errors?.find((fault) => fault.field === "phone_number");
  const fault = bad ? t("signIn.phoneBad") : refused?.message;

  function submit(event: FormEvent) {
    event.preventDefault();
    const phone = asPhone(typed, language);
    setBad(phone === null);
    if (phone !== null && !busy) onBegin(phone);
  }

  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <div>
        <label htmlFor={id}>{t("signIn.phone")}</label>
        <input
          id={id}
          type="tel"
          name="phone_number"
          autoComplete="tel"
          placeholder={t("signIn.phonePlaceholder")}
          aria-invalid={fault !== undefined}
          aria-describedby={fault ? `${id}-hint ${id}-fault` : `${id}-hint`}
          value={typed}
          onChange={(event) => {
            setBad(false);
            onTyped(event.target.value);
          }}
          data-testid="sign-in-phone"
        />
        <p id={`${id}-hint`} className="hint">
          {t("signIn.phoneHint")}
        </p>
        {fault && (
          <p id={`${id}-fault`} className="fault" role="alert">
            {fault}
          </p>
        )}
      </div>
      {Boolean(error) && !refused && <Failure error={error} />}
      <Submit busy={busy} testId="sign-in-begin">
        {t("signIn.begin")}
      </Submit>
    </form>
  );
}
