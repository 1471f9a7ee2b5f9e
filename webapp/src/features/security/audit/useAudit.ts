import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

const PAGE = 10;

/** What happened in the person's account, the latest first, read page by page. */
export function useAudit() {
  return useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/audit", { params: { query: { limit: PAGE, ...(cursor && { cursor }) } } }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
}
