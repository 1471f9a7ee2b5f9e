import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/shared/api/types";
import { haptics } from "@/shared/telegram/haptics";
import { Failure } from "@/shared/ui/Failure";
import css from "./jobs.module.css";
import { StateWord } from "./StateWord";
import type { Cancel } from "./useCancel";

interface Props {
  job: Job;
  /** Milliseconds. */
  undo: { left: number; whole: number };
  cancel: Cancel;
}

/** The seconds in which nothing is sent yet, and the way to keep it so. */
export function UndoWindow({ job, undo, cancel }: Props) {
  const { t } = useTranslation();
  const seconds = Math.ceil(undo.left / 1000);
  const stopping = cancel.isPending || job.cancel_requested;
  useEffect(() => {
    if (seconds > 0) haptics.selection();
  }, [seconds]);
  return (
    <section className={`card ${css.undo}`} data-testid="job" aria-label={t("job.undoTitle")}>
      <StateWord job={job} />
      <div className={css.ring}>
        <svg viewBox="0 0 120 120" aria-hidden="true" focusable="false">
          <circle className={css.ringTrack} cx="60" cy="60" r="54" />
          <circle
            className={css.ringLeft}
            cx="60"
            cy="60"
            r="54"
            pathLength="1"
            strokeDashoffset={undo.left / undo.whole - 1}
          />
        </svg>
        <span className={css.seconds} role="timer" aria-label={t("job.undoLeft", { seconds })}>
          {seconds}
        </span>
      </div>
      <p className={css.headline}>{t("job.undoTitle")}</p>
      <p className="hint">{t("job.undoHint")}</p>
      {cancel.error && <Failure error={cancel.error} />}
      <button
        type="button"
        className="main"
        disabled={stopping}
        aria-busy={stopping}
        onClick={() => cancel.mutate()}
        data-testid="job-undo"
      >
        {stopping ? t("job.cancelling") : t("job.undo")}
      </button>
    </section>
  );
}
