import { useTranslation } from "react-i18next";
import type { Job } from "@/shared/api/types";

/** Where a job stands, in a word; said again whenever it changes. */
export function StateWord({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <strong
      aria-live="polite"
      data-testid="job-state"
      data-state={job.state}
      className={`badge state ${job.state}`}
    >
      {t(`job.state.${job.state}`)}
    </strong>
  );
}
