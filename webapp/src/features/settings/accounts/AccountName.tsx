import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Account } from "@/shared/api/types";
import { Failure } from "@/shared/ui/Failure";
import { Field } from "@/shared/ui/Field";
import { Icon } from "@/shared/ui/Icon";
import css from "../settings.module.css";
import { useChangeAccount } from "./useChangeAccount";

/** The account's name, which becomes a field on request. */
export function AccountName({ account }: { account: Account }) {
  const { t } = useTranslation();
  const change = useChangeAccount(account);
  const [typed, setTyped] = useState<string | null>(null);
  const opener = useRef<HTMLButtonElement>(null);

  function close() {
    setTyped(null);
    change.reset();
    // The button is there again only after the field has gone.
    requestAnimationFrame(() => opener.current?.focus());
  }
  function save(event: FormEvent) {
    event.preventDefault();
    const label = typed?.trim() ?? "";
    if (change.isPending || !label) return;
    if (label === account.label) close();
    else change.mutate({ label }, { onSuccess: close });
  }

  if (typed === null) {
    return (
      <div className={css.head}>
        <span className={`dot ${account.environment}`} aria-hidden="true" />
        <h3 className="grow">
          {account.label}
          <span className="hint">{t(`environment.${account.environment}`)}</span>
        </h3>
        <button
          ref={opener}
          type="button"
          className="icon"
          aria-label={t("settings.rename", { name: account.label })}
          onClick={() => setTyped(account.label)}
          data-testid="account-rename"
        >
          <Icon name="edit" />
        </button>
      </div>
    );
  }
  return (
    <form className={css.rename} onSubmit={save}>
      <Field name="label" label={t("settings.name")} error={change.error}>
        {(field) => (
          <input
            {...field}
            ref={(input) => input?.focus()}
            required
            maxLength={64}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && close()}
            data-testid="account-label"
          />
        )}
      </Field>
      {change.error && <Failure error={change.error} toldElsewhere={["label"]} />}
      <div className="row">
        <button type="submit" aria-busy={change.isPending} data-testid="account-save">
          {t("common.save")}
        </button>
        <button type="button" className="plain" onClick={close}>
          {t("common.cancel")}
        </button>
      </div>
    </form>
  );
}
