import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { useFormat } from "@/shared/money/useFormat";
import css from "../admin.module.css";
import type { Overview } from "../types";
import { Confirm } from "../ui/Confirm";

type Verb = "pause" | "resume";

/** The switch that keeps every order in the house: who moved it, and moving it. */
export function SendingSwitch({ sending }: { sending: Overview["sending"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  // What is asked stays asked: the switch may be moved meanwhile, by another or by a lost answer.
  const [asking, setAsking] = useState<Verb | null>(null);
  const verb = sending.paused ? "resume" : "pause";
  const since = sending.changed_at;
  return (
    <div className={css.sending} data-testid="sending" data-paused={sending.paused}>
      <div>
        <strong className={sending.paused ? "loss" : "gain"}>
          {t(sending.paused ? "admin.sending.paused" : "admin.sending.on")}
        </strong>
        {sending.paused && since && (
          <span className="hint">
            {t("admin.sending.since", { moment: format.moment(since) })}
            {sending.changed_by && (
              <span className={css.mono} title={sending.changed_by}>
                {` · ${shortened(sending.changed_by)}`}
              </span>
            )}
            {sending.note && ` · ${sending.note}`}
          </span>
        )}
      </div>
      <button
        type="button"
        className={sending.paused ? undefined : "danger"}
        onClick={() => setAsking(verb)}
        data-testid="sending-button"
      >
        {t(`admin.sending.${verb}`)}
      </button>
      {asking && <Question verb={asking} onClose={() => setAsking(null)} />}
    </div>
  );
}

function Question({ verb, onClose }: { verb: Verb; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (note: string) =>
      unwrap(api.POST("/api/admin/sending", { body: { paused: verb === "pause", note } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["overview"] });
      onClose();
    },
  });
  return (
    <Confirm
      title={t(`admin.sending.${verb}Title`)}
      action={t(`admin.sending.${verb}`)}
      danger={verb === "pause"}
      asksWhy
      busy={change.isPending}
      error={change.error}
      onConfirm={(why) => change.mutate(why)}
      onClose={onClose}
    >
      <p>{t(`admin.sending.${verb}Why`)}</p>
    </Confirm>
  );
}

/** Whoever is a person has a pseudonym, of which a piece tells them apart from others. */
function shortened(by: string): string {
  return by.replace(/^(person:[0-9a-f]{8})[0-9a-f-]+$/, "$1…");
}
