import { useEffect, useState } from "react";
import type { Job } from "@/shared/api/types";

const LOOK_MS = 100;

/**
 * Milliseconds in which a job can be taken back unsent, and of how many; 0 once they are over.
 * The device's clock may be wrong: never more than the whole window is promised.
 */
export function windowOf(job: Pick<Job, "state" | "created_at" | "not_before">, now: number) {
  if (job.state !== "queued" || job.not_before === null) return { left: 0, whole: 0 };
  const end = Date.parse(job.not_before);
  const whole = Math.max(0, end - Date.parse(job.created_at));
  return { left: Math.min(whole, Math.max(0, end - now)), whole };
}

/** The undo window of a job as it runs out. */
export function useCountdown(job: Job) {
  const [now, setNow] = useState(Date.now);
  const undo = windowOf(job, now);
  const open = undo.left > 0;
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, [open]);
  return undo;
}
