import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Me } from "@/shared/api/types";
import { SecretSheet } from "@/shared/confirm/SecretSheet";
import { asksForSecret, methodsOf, type Secret } from "@/shared/confirm/secret";
import { usePerson } from "@/shared/person/Person";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Section";
import { Segmented } from "@/shared/ui/Segmented";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";
import { useRefreshMe } from "../useRefreshMe";
import { asksLess, KINDS, type Kind, kindOf, overOf } from "./policy";

interface Change {
  over: string | null;
  secret?: Secret;
}

/** From which worth on a job has to be confirmed with the PIN or a code. */
export function PolicySection() {
  const { t } = useTranslation();
  const id = useId();
  const { confirm_over: saved, second_factors: factors } = usePerson();
  const queries = useQueryClient();
  const refresh = useRefreshMe();
  const [draft, setDraft] = useState<{ kind: Kind; typed: string } | null>(null);
  const [asking, setAsking] = useState(false);
  const [bad, setBad] = useState(false);
  const change = useMutation({
    mutationFn: ({ over, secret }: Change) =>
      unwrap(api.PUT("/api/users/confirmation", { body: { over, ...secret } })),
    gcTime: 0,
    onSuccess: async ({ over }) => {
      // At once: whoever chooses anew while the rest is read must not be overruled.
      queries.setQueryData<Me>(["me"], (me) => me && { ...me, confirm_over: over });
      setDraft(null);
      setAsking(false);
      say(t("common.saved"));
      await refresh();
    },
    onError: (error) => setAsking(asksForSecret(error) || asking),
  });
  const methods = methodsOf(factors);
  const now = { kind: kindOf(saved), typed: kindOf(saved) === "over" ? (saved ?? "") : "" };
  const { kind, typed } = draft ?? now;
  const over = overOf(kind, typed);
  // Without anything to confirm with, only "none" can be chosen.
  const possible = methods.length > 0 || saved !== null;

  function save(event: FormEvent) {
    event.preventDefault();
    setBad(over === undefined);
    if (over === undefined || change.isPending) return;
    if (asksLess(saved, over)) setAsking(true);
    else change.mutate({ over });
  }

  return (
    <Section title={t("security.policy.section")}>
      <form className={css.form} onSubmit={save} noValidate>
        <p>{t("security.policy.text")}</p>
        <Segmented
          legend={t("security.policy.section")}
          options={KINDS.map((value) => ({
            value,
            label: t(`security.policy.kind.${value}`),
            disabled: !possible && value !== "off",
          }))}
          value={kind}
          onChange={(value) => {
            setBad(false);
            setDraft({ kind: value, typed });
          }}
          testId="confirm-kind"
        />
        {!possible && <p className="hint">{t("security.policy.nothing")}</p>}
        {kind === "over" && (
          <div>
            <label htmlFor={id}>{t("security.policy.over")}</label>
            <span className="row">
              <input
                id={id}
                className={css.amount}
                inputMode="decimal"
                autoComplete="off"
                aria-invalid={bad}
                aria-describedby={bad ? `${id}-fault` : undefined}
                value={typed}
                onChange={(event) => {
                  setBad(false);
                  setDraft({ kind, typed: event.target.value });
                }}
                data-testid="confirm-over"
              />
              <span aria-hidden="true">USD</span>
            </span>
            {bad && (
              <p id={`${id}-fault`} className="fault" role="alert">
                {t("security.policy.bad")}
              </p>
            )}
          </div>
        )}
        {kind !== "off" && <p className="hint">{t("security.policy.hint")}</p>}
        {change.error && !asking && <Failure error={change.error} />}
        {draft && over !== saved && (
          <button
            type="submit"
            disabled={change.isPending}
            aria-busy={change.isPending}
            data-testid="confirm-save"
          >
            {t("common.save")}
          </button>
        )}
      </form>
      {asking && (
        <SecretSheet
          title={t("security.policy.lower")}
          methods={methods}
          action={t("common.save")}
          busy={change.isPending}
          error={change.error}
          onSend={(secret) => over !== undefined && change.mutate({ over, secret })}
          onClose={() => {
            setAsking(false);
            change.reset();
          }}
        />
      )}
    </Section>
  );
}
