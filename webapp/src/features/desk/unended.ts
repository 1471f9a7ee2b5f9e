import { isEnded } from "@/shared/api/jobs";
import type { Job, JobSummary } from "@/shared/api/types";

/** An account's jobs that are not over, newest first, by what was listed and what was told since. */
export function openOf(
  accountId: string,
  listed: readonly JobSummary[],
  told: Readonly<Record<string, Job>>,
): JobSummary[] {
  const newest = new Map<string, JobSummary>(listed.map((job) => [job.id, job]));
  for (const job of Object.values(told)) {
    const known = newest.get(job.id);
    if (job.account_id !== accountId || (known && known.version > job.version)) continue;
    newest.set(job.id, job);
  }
  // Ids rise with time.
  return [...newest.values()]
    .filter((job) => !isEnded(job))
    .sort((one, other) => (one.id < other.id ? 1 : -1));
}
