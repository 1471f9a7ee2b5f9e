import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import css from "../admin.module.css";
import type { Overview, Worker } from "../types";
import { Confirm } from "../ui/Confirm";
import { Panel } from "../ui/Panel";
import { Scrolls } from "../ui/Scrolls";
import { secondsBetween } from "../ui/span";
import { useSpan } from "../ui/useSpan";

const TONES = { running: "ok", draining: "warn", drained: "warn", silent: "bad" } as const;

interface Props {
  workers: Overview["workers"];
  at: string;
}

/** Who works, since when, on how much; and whether they still say so. */
export function WorkersPanel({ workers, at }: Props) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<Worker | null>(null);
  return (
    <Panel
      title={t("admin.workers.title")}
      aside={
        workers.unowned > 0 && (
          <span className="badge warn">
            {t("admin.workers.unowned", { count: workers.unowned })}
          </span>
        )
      }
      size="wide"
      testId="workers"
    >
      {workers.items.length === 0 ? (
        <p className="loss" role="alert">
          {t("admin.workers.none")}
        </p>
      ) : (
        <Scrolls>
          <table className={`${css.table} ${css.stacks}`}>
            <thead>
              <tr>
                <th scope="col">{t("admin.workers.process")}</th>
                <th scope="col">{t("admin.workers.state")}</th>
                <th scope="col" className={css.right}>
                  {t("admin.workers.leases")}
                </th>
                <th scope="col" className={css.right}>
                  {t("admin.workers.heartbeat")}
                </th>
                <th scope="col" className={css.right}>
                  {t("admin.workers.runs")}
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {workers.items.map((worker) => (
                <Row key={worker.id} worker={worker} at={at} onDrain={() => setAsking(worker)} />
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
      {asking && <Drain worker={asking} onClose={() => setAsking(null)} />}
    </Panel>
  );
}

function Row({ worker, at, onDrain }: { worker: Worker; at: string; onDrain: () => void }) {
  const { t } = useTranslation();
  const span = useSpan();
  return (
    <tr data-testid="worker" data-state={worker.state} data-name={worker.name}>
      <th scope="row" className={css.mono}>
        {worker.name}
      </th>
      <td>
        <span className={`badge ${TONES[worker.state]}`}>
          {t(`admin.workers.is.${worker.state}`)}
        </span>
      </td>
      <td className={css.right} data-label={t("admin.workers.leases")}>
        {worker.leases}
        <span className={css.of}> / {worker.threads}</span>
      </td>
      <td
        className={`${css.right} ${worker.state === "silent" ? "loss" : ""}`}
        data-label={t("admin.workers.heartbeat")}
      >
        {span(worker.silent_for)}
      </td>
      <td className={css.right} data-label={t("admin.workers.runs")}>
        {span(secondsBetween(worker.started_at, at))}
      </td>
      <td className={css.right}>
        {worker.state !== "silent" && (
          <button type="button" className={`plain ${css.small}`} onClick={onDrain}>
            {t(worker.drained_at ? "admin.workers.undrain" : "admin.workers.drain")}
          </button>
        )}
      </td>
    </tr>
  );
}

function Drain({ worker, onClose }: { worker: Worker; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const drained = worker.drained_at === null;
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/admin/workers/{worker_id}/drain", {
          params: { path: { worker_id: worker.id } },
          body: { drained },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["overview"] });
      onClose();
    },
  });
  return (
    <Confirm
      title={t(drained ? "admin.workers.drainTitle" : "admin.workers.undrainTitle")}
      action={t(drained ? "admin.workers.drain" : "admin.workers.undrain")}
      busy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      <p className={css.mono}>{worker.name}</p>
      <p>{t(drained ? "admin.workers.drainWhy" : "admin.workers.undrainWhy")}</p>
    </Confirm>
  );
}
