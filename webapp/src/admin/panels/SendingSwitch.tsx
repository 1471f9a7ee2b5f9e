import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { useFormat } from "@/shared/money/useFormat";
import css from "../admin.module.css";
import type { Overview } from "../types";
import { Confirm } from "../ui/Confirm";

/** The switch that keeps every order in the house: who moved it, and moving it. */
export function SendingSwitch({ sending }: { sending: Overview["sending"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  // What is asked stays asked: the switch may be moved meanwhile, by another or by a lost answer.
  const [asking, setAsking] = useState<"pause" | "resume" | null>(null);
  const change = useMutation({
    mutationFn: ({ paused, note }: { paused: boolean; note: string }) =>
      unwrap(api.POST("/api/admin/sending", { body: { paused, note } })),
    onSuccess: () => {
      setAsking(null);
      void queries.invalidateQueries({ queryKey: ["overview"] });
    },
  });
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
      {asking && (
        <Confirm
          title={t(`admin.sending.${asking}Title`)}
          action={t(`admin.sending.${asking}`)}
          danger={asking === "pause"}
          asksWhy
          busy={change.isPending}
          error={change.error}
          onConfirm={(note) => change.mutate({ paused: asking === "pause", note })}
          onClose={() => setAsking(null)}
        >
          <p>{t(`admin.sending.${asking}Why`)}</p>
        </Confirm>
      )}
    </div>
  );
}
