import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";
import { noLongerThan } from "@/shared/api/patience";
import { ApiProblem } from "@/shared/api/problem";
import { noteReach } from "@/shared/api/reach";
import type { Job } from "@/shared/api/types";

const WAIT_SECONDS = 20;
// A network that swallows packets says nothing: then silence has to count as a failure.
const SILENT_MS = (WAIT_SECONDS + 10) * 1000;
/** What a job changed when it ended. */
const CHANGED = ["book", "snapshots", "plan", "jobs", "exposure"];

/** How long to pause before the next long poll: none while it works, growing while it fails. */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 20 : Math.min(10_000, 500 * 2 ** Math.min(failures, 6));
}

/** One long poll: the job once it differs from the known one, or the known one again. */
export async function pollJob(
  id: string,
  known: Job | undefined,
  signal?: AbortSignal,
): Promise<Job> {
  const call = await api
    .GET("/api/jobs/{job_id}", {
      params: { path: { job_id: id }, query: { wait: known ? WAIT_SECONDS : 0 } },
      signal: signal ?? null,
      headers: known ? { "If-None-Match": `"${known.version}"` } : {},
    })
    .catch((error: unknown) => unwrap<never>(Promise.reject(error)));
  if (call.response.status === 304 && known) {
    noteReach(true);
    return known;
  }
  return unwrap(Promise.resolve(call));
}

/** The job, followed until it ends. */
export function useJob(id: string) {
  const queries: QueryClient = useQueryClient();
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) =>
      noLongerThan(SILENT_MS, signal, (limited) =>
        pollJob(id, queries.getQueryData<Job>(["job", id]), limited),
      ),
    refetchInterval: (query) =>
      query.state.data && isEnded(query.state.data)
        ? false
        : pauseAfter(query.state.fetchFailureCount),
    refetchIntervalInBackground: true,
    retry: (_, error) => !(error instanceof ApiProblem && error.problem.status === 404),
    retryDelay: (failures) => pauseAfter(failures),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const ended = job.data ? isEnded(job.data) : false;
  useEffect(() => {
    if (!ended) return;
    for (const key of CHANGED) void queries.invalidateQueries({ queryKey: [key] });
  }, [ended, queries]);
  return job;
}
