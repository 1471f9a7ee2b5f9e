import { useTranslation } from "react-i18next";
import type { Job } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Icon } from "@/shared/ui/Icon";
import { Context } from "./Context";
import css from "./jobs.module.css";
import { LegRow } from "./LegRow";
import { StateWord } from "./StateWord";
import type { Cancel } from "./useCancel";

interface Props {
  job: Job;
  cancel: Cancel;
  /** Why the last look failed; the next one is under way already. */
  trouble: unknown;
  /** When the job was last known to stand as shown, in epoch milliseconds. */
  knownAt: number;
}

/** A job on its way: how far it is, and each leg as it fills. */
export function Running({ job, cancel, trouble, knownAt }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { legs_done: done, legs_total: total } = job.progress;
  const stopping = cancel.isPending || job.cancel_requested;
  const progress = total > 0 ? t("job.progress", { done, total }) : t("job.preparing");
  return (
    <div className={css.parts} data-testid="job">
      {Boolean(trouble) && (
        <p className={`notice row ${css.away}`} role="status" data-testid="job-away">
          <Icon name="warning" />
          <span>{t("job.away", { time: format.time(new Date(knownAt).toISOString()) })}</span>
        </p>
      )}
      <section className="card">
        <div className={css.head}>
          <Context job={job} />
          <StateWord job={job} />
        </div>
        <progress
          className={css.bar}
          aria-label={progress}
          max={Math.max(total, 1)}
          value={done}
          data-testid="job-progress"
        />
        <p className="hint numbers">{progress}</p>
        {job.wait && (
          <p className="notice" role="status" data-testid="job-wait">
            {job.wait.text}
          </p>
        )}
      </section>
      {job.legs.length > 0 && (
        <ul className={`card ${css.legs}`} aria-label={t("job.legs")}>
          {job.legs.map((leg) => (
            <LegRow key={leg.id} leg={leg} />
          ))}
        </ul>
      )}
      {cancel.error && <Failure error={cancel.error} />}
      <button
        type="button"
        className="plain"
        disabled={stopping}
        aria-busy={stopping}
        onClick={() => cancel.mutate()}
        data-testid="job-cancel"
      >
        {stopping ? t("job.cancelling") : t("job.cancel")}
      </button>
      <p className="hint centred">{t("job.leave")}</p>
    </div>
  );
}
