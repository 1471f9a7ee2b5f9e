import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { usePerson } from "@/shared/person/Person";
import { Failure } from "@/shared/ui/Failure";
import { Field } from "@/shared/ui/Field";

const ENVIRONMENTS = ["mainnet", "testnet", "demo", "sandbox"] as const;
const FIELDS = ["label", "environment", "api_key", "api_secret"] as const;

/** The first key. The secret leaves the form at once and is kept nowhere in the browser. */
export default function ConnectScreen({ first }: { first: boolean }) {
  const sandbox = usePerson().environment === "sandbox";
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const connect = useMutation({
    // Read from the form instead of passed in: a mutation remembers its variables.
    mutationFn: () => unwrap(api.POST("/api/users/api-keys", { body: takeKey(form.current) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["me"] }),
    gcTime: 0,
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!connect.isPending) connect.mutate();
  }

  return (
    <form ref={form} className="card" data-first={first} onSubmit={submit} data-testid="connect">
      <h1>{t("connect.title")}</h1>
      <p>{t("connect.hint")}</p>
      <Field name="label" label={t("connect.label")} error={connect.error}>
        {(field) => <input {...field} required maxLength={64} defaultValue="Bybit" />}
      </Field>
      <Field name="environment" label={t("connect.environment")} error={connect.error}>
        {(field) => (
          <select {...field} defaultValue={sandbox ? "sandbox" : "mainnet"}>
            {ENVIRONMENTS.filter((name) => sandbox || name !== "sandbox").map((name) => (
              <option key={name} value={name}>
                {t(`connect.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field name="api_key" label={t("connect.key")} error={connect.error}>
        {(field) => <input {...field} required autoComplete="off" spellCheck={false} />}
      </Field>
      <Field name="api_secret" label={t("connect.secret")} error={connect.error}>
        {(field) => <input {...field} type="password" required autoComplete="off" />}
      </Field>
      <button type="submit" disabled={connect.isPending}>
        {t("connect.submit")}
      </button>
      {connect.error && <Failure error={connect.error} toldElsewhere={FIELDS} />}
    </form>
  );
}

/** What was typed; the secret's field is empty afterwards. */
function takeKey(form: HTMLFormElement | null) {
  const typed = new FormData(form ?? undefined);
  const text = (name: (typeof FIELDS)[number]) => String(typed.get(name) ?? "").trim();
  const secret = form?.elements.namedItem("api_secret");
  if (secret instanceof HTMLInputElement) secret.value = "";
  return {
    label: text("label"),
    environment: ENVIRONMENTS.find((name) => name === text("environment")) ?? "mainnet",
    api_key: text("api_key"),
    api_secret: text("api_secret"),
  };
}
