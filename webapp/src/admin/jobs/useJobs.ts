import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { queryOf, type Wanted } from "./filter";

const AGAIN_MS = 4000;
const STORY_MS = 1500;

/** Everybody's jobs, the newest first, asked for again and again. */
export function useJobs(wanted: Wanted) {
  return useInfiniteQuery({
    queryKey: ["jobs", wanted],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/admin/jobs", {
          params: { query: { ...queryOf(wanted, Date.now()), cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_MS,
  });
}

/** All that happened to one job, until it has ended. */
export function useStory(id: string) {
  return useQuery({
    queryKey: ["story", id],
    queryFn: () =>
      unwrap(api.GET("/api/admin/jobs/{job_id}", { params: { path: { job_id: id } } })),
    refetchInterval: ({ state }) => (state.data?.job.finished_at ? false : STORY_MS),
  });
}
