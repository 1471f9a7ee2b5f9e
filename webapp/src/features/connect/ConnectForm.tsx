import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Account } from "@/shared/api/types";
import { usePerson } from "@/shared/person/Person";
import { haptics } from "@/shared/telegram/haptics";
import { Failure } from "@/shared/ui/Failure";
import { Field } from "@/shared/ui/Field";
import { Submit } from "@/shared/ui/Submit";
import { type Environment, freeName } from "./environments";
import { KeyInput } from "./KeyInput";
import { FIELDS } from "./takeKey";
import { useConnect } from "./useConnect";

interface Props {
  known: readonly Environment[];
  environment: Environment;
  onEnvironment: (environment: Environment) => void;
  onConnected: (account: Account) => void;
}

/** The key and its secret. The secret leaves the form at once and is kept nowhere in the browser. */
export function ConnectForm({ known, environment, onEnvironment, onConnected }: Props) {
  const { t } = useTranslation();
  const { accounts } = usePerson();
  const form = useRef<HTMLFormElement>(null);
  const [named, setNamed] = useState<string | null>(null);
  const connect = useConnect(form, known);
  const proposed = freeName(
    t(`connect.name.${environment}`),
    accounts.map((account) => account.label),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (connect.isPending) return;
    connect.mutate(undefined, {
      onSuccess: (account) => {
        haptics.ended("success");
        onConnected(account);
      },
      onError: () => haptics.ended("error"),
    });
  }

  return (
    <form ref={form} className="card" onSubmit={submit} data-testid="connect">
      <Field name="environment" label={t("connect.environment")} error={connect.error}>
        {(field) => (
          <select
            {...field}
            value={environment}
            onChange={(event) =>
              onEnvironment(known.find((name) => name === event.target.value) ?? environment)
            }
          >
            {known.map((name) => (
              <option key={name} value={name}>
                {t(`connect.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field name="label" label={t("connect.label")} error={connect.error}>
        {(field) => (
          <input
            {...field}
            required
            maxLength={64}
            autoComplete="off"
            value={named ?? proposed}
            onChange={(event) => setNamed(event.target.value)}
          />
        )}
      </Field>
      <Field name="api_key" label={t("connect.key")} error={connect.error}>
        {(field) => <KeyInput {...field} />}
      </Field>
      <Field
        name="api_secret"
        label={t("connect.secret")}
        hint={connect.error ? t("connect.secretAgain") : t("connect.secretHint")}
        error={connect.error}
      >
        {(field) => <input {...field} type="password" required autoComplete="off" />}
      </Field>
      {connect.error && <Failure error={connect.error} toldElsewhere={FIELDS} />}
      <Submit busy={connect.isPending} testId="connect-submit">
        {connect.isPending ? t("connect.checking") : t("connect.submit")}
      </Submit>
    </form>
  );
}
