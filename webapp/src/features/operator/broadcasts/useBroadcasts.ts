import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { answered, type Intent, sending } from "@/shared/api/intent";
import type { Broadcast, BroadcastIn } from "@/shared/api/types";
import { useLiveEvent } from "@/shared/live/useLive";
import { isUnderWay } from "./standing";

const KEY = ["broadcasts"];
const PAGE = 20;
const SOON_MS = 2500;
const REFRESH_MS = 30_000;
/** The name of the intent. */
export const BROADCAST = "broadcast";

/** What was written into the chat, or is to be, newest first; looked at often while it changes. */
export function useBroadcasts() {
  const queries = useQueryClient();
  // A toast may tell how one of them went.
  useLiveEvent("toast", () => void queries.invalidateQueries({ queryKey: KEY }));
  const list = useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/broadcasts", {
          params: { query: { limit: PAGE, ...(cursor && { cursor }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: ({ state: { data } }) =>
      listed(data).some((one) => isUnderWay(one, Date.now())) ? SOON_MS : REFRESH_MS,
  });
  return { ...list, broadcasts: list.data && listed(list.data) };
}

function listed(data: InfiniteData<{ items: Broadcast[] }> | undefined): Broadcast[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** Shows what would be sent; sends nothing. */
export function usePreview() {
  return useMutation({
    mutationFn: (body: BroadcastIn) => unwrap(api.POST("/api/broadcasts/preview", { body })),
    gcTime: 0,
  });
}

/** Sends it, or has it sent at its time. */
export function useSend() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: Intent<BroadcastIn>) =>
      unwrap(api.POST("/api/broadcasts", { params: { header: { "Idempotency-Key": key } }, body })),
    gcTime: 0,
    onMutate: (intent) => sending(BROADCAST, intent),
    onError: (error) => answered(BROADCAST, error),
    onSuccess: () => {
      answered(BROADCAST);
      return queries.invalidateQueries({ queryKey: KEY });
    },
  });
}

/** Cancels one that is scheduled. */
export function useCancelBroadcast(broadcast: Broadcast) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/broadcasts/{broadcast_id}", {
          params: { path: { broadcast_id: broadcast.id } },
        }),
      ),
    // Also after a refusal: it may have begun.
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
