import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

const REFRESH_MS = 120_000;

/** How much the person should know and has not read; 0 while nobody can tell. */
export function useUnread(): number {
  const notices = useQuery({
    queryKey: ["notices", "unread"],
    queryFn: () => unwrap(api.GET("/api/notices", { params: { query: { limit: 1 } } })),
    staleTime: REFRESH_MS / 2,
    refetchInterval: REFRESH_MS,
  });
  return notices.data?.unread ?? 0;
}
