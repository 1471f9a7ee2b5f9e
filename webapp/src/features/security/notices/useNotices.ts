import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

const PAGE = 20;
const KEY = ["notices"];

/** What the person should know, the newest first, read page by page. */
export function useNotices() {
  return useInfiniteQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/notices", { params: { query: { limit: PAGE, ...(cursor && { cursor }) } } }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
}

/** Marks these as read. */
export function useMarkRead() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[]) =>
      Promise.all(
        ids.map((id) =>
          unwrap(
            api.POST("/api/notices/{notice_id}/read", { params: { path: { notice_id: id } } }),
          ),
        ),
      ),
    // Also after a refusal: some of them may be marked.
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
