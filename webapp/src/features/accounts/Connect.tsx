import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/ui/Failure";

const ENVIRONMENTS = ["mainnet", "testnet", "demo", "sandbox"] as const;
type Environment = (typeof ENVIRONMENTS)[number];

interface NewKey {
  label: string;
  environment: Environment;
  api_key: string;
  api_secret: string;
}

/** The first key. The secret leaves the form at once and is kept nowhere in the browser. */
export function Connect({ sandbox }: { sandbox: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const connect = useMutation({
    mutationFn: (key: NewKey) => unwrap(api.POST("/api/users/api-keys", { body: key })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["me"] }),
    gcTime: 0,
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    const environment = ENVIRONMENTS.find((name) => name === typed.get("environment"));
    connect.mutate({
      label: String(typed.get("label") ?? ""),
      environment: environment ?? "mainnet",
      api_key: String(typed.get("key") ?? "").trim(),
      api_secret: String(typed.get("secret") ?? "").trim(),
    });
    const secret = form.elements.namedItem("secret");
    if (secret instanceof HTMLInputElement) secret.value = "";
  }

  return (
    <form className="card" onSubmit={submit} data-testid="connect">
      <h1>{t("connect.title")}</h1>
      <p>{t("connect.hint")}</p>
      <label>
        {t("connect.label")}
        <input name="label" required maxLength={64} defaultValue="Bybit" />
      </label>
      <label>
        {t("connect.environment")}
        <select name="environment" defaultValue={sandbox ? "sandbox" : "mainnet"}>
          {ENVIRONMENTS.filter((name) => sandbox || name !== "sandbox").map((name) => (
            <option key={name} value={name}>
              {t(`connect.${name}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("connect.key")}
        <input name="key" required minLength={8} autoComplete="off" spellCheck={false} />
      </label>
      <label>
        {t("connect.secret")}
        <input name="secret" type="password" required minLength={8} autoComplete="off" />
      </label>
      <button type="submit" disabled={connect.isPending}>
        {t("connect.submit")}
      </button>
      {connect.error && <Failure error={connect.error} />}
    </form>
  );
}
