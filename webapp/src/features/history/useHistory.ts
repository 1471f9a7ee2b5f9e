import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";
import type { JobSummary } from "@/shared/api/types";
import { type Filter, queryOf } from "./filter";

const PAGE = 20;
const REFRESH_MS = 5000;

/** The jobs that pass the filter, newest first, read page by page. */
export function useHistory(filter: Filter) {
  const list = useInfiniteQuery({
    queryKey: ["jobs", "history", filter],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/jobs", {
          params: { query: { ...queryOf(filter), ...(cursor && { cursor }), limit: PAGE } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (listed(query.state.data).every(isEnded) ? false : REFRESH_MS),
  });
  return { ...list, jobs: list.data ? listed(list.data) : null };
}

function listed(data: { pages: { items: JobSummary[] }[] } | undefined): JobSummary[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}
