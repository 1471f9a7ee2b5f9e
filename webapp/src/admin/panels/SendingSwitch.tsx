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
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: (note: string) =>
      unwrap(api.POST("/api/admin/sending", { body: { paused: !sending.paused, note } })),
    onSuccess: () => {
      setAsking(false);
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
        onClick={() => setAsking(true)}
        data-testid="sending-button"
      >
        {t(`admin.sending.${verb}`)}
      </button>
      {asking && (
        <Confirm
          title={t(`admin.sending.${verb}Title`)}
          action={t(`admin.sending.${verb}`)}
          danger={!sending.paused}
          asksWhy
          busy={change.isPending}
          error={change.error}
          onConfirm={(why) => change.mutate(why)}
          onClose={() => setAsking(false)}
        >
          <p>{t(`admin.sending.${verb}Why`)}</p>
        </Confirm>
      )}
    </div>
  );
}
