import type { JobSummary } from "./types";

const ENDED: ReadonlySet<string> = new Set([
  "completed",
  "partially_completed",
  "failed",
  "cancelled",
]);

/** Whether nothing will change about a job any more. */
export function isEnded(job: Pick<JobSummary, "state">): boolean {
  return ENDED.has(job.state);
}
