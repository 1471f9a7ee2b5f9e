import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";
import { noLongerThan } from "@/shared/api/patience";
import { ApiProblem } from "@/shared/api/problem";
import { noteReach } from "@/shared/api/reach";
import type { Job } from "@/shared/api/types";
import { useLiveEvent, useLiveState } from "@/shared/live/useLive";

const WAIT_SECONDS = 20;
// A network that swallows packets says nothing: then silence has to count as a failure.
const SILENT_MS = (WAIT_SECONDS + 10) * 1000;
/** What a job changed when it ended. */
const CHANGED = ["book", "snapshots", "plan", "jobs", "exposure"];

/** How long to pause before the next long poll: none while it works, growing while it fails. */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 20 : Math.min(10_000, 500 * 2 ** Math.min(failures, 6));
}

/**
 * The job, or the known one again if it is still like that; with `wait` seconds the server holds
 * the latter back.
 */
export async function pollJob(
  id: string,
  known: Job | undefined,
  wait: number,
  signal?: AbortSignal,
): Promise<Job> {
  const call = await api
    .GET("/api/jobs/{job_id}", {
      params: { path: { job_id: id }, query: { wait: known ? wait : 0 } },
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

/** Whichever is newer: what was asked and what was told come by different ways. */
export function newerOf(found: Job, known: Job | undefined): Job {
  return known && known.version > found.version ? known : found;
}

/** The job, followed until it ends: by the socket, or by long polls while that is not open. */
export function useJob(id: string) {
  const queries: QueryClient = useQueryClient();
  const isOpen = useLiveState() === "open";
  const known = () => queries.getQueryData<Job>(["job", id]);
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) =>
      noLongerThan(SILENT_MS, signal, async (limited) =>
        newerOf(await pollJob(id, known(), isOpen ? 0 : WAIT_SECONDS, limited), known()),
      ),
    refetchInterval: (query) =>
      isOpen || (query.state.data && isEnded(query.state.data))
        ? false
        : pauseAfter(query.state.fetchFailureCount),
    refetchIntervalInBackground: true,
    retry: (_, error) => !(error instanceof ApiProblem && error.problem.status === 404),
    retryDelay: (failures) => pauseAfter(failures),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const ended = job.data ? isEnded(job.data) : false;
  useLiveEvent("job", (told) => {
    if (told.id === id) queries.setQueryData<Job>(["job", id], (now) => newerOf(told, now));
  });
  useEffect(() => {
    // What happened before it opened was told to nobody; and no poll is left waiting.
    if (isOpen && !ended) void queries.refetchQueries({ queryKey: ["job", id] });
  }, [isOpen, ended, id, queries]);
  useEffect(() => {
    if (!ended) return;
    for (const key of CHANGED) void queries.invalidateQueries({ queryKey: [key] });
  }, [ended, queries]);
  return job;
}
