import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { queryOf, type Wanted } from "./filter";

const AGAIN_MS = 4000;
const STORY_MS = 1500;
/** After the end: the receipt's message, a comparison, an operator's deed still come. */
const ENDED_MS = 5000;

/** Everybody's jobs, the newest first; the first page alone is asked for again and again: all that
    are loaded would be as many questions each time. */
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
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? false : AGAIN_MS),
  });
}

/** All that happened to one job; more seldom once it has ended. */
export function useStory(id: string) {
  return useQuery({
    queryKey: ["story", id],
    queryFn: () =>
      unwrap(api.GET("/api/admin/jobs/{job_id}", { params: { path: { job_id: id } } })),
    refetchInterval: ({ state }) => (state.data?.job.finished_at ? ENDED_MS : STORY_MS),
  });
}
