import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";

/**
 * The chat that is written to, and its live topic; an error `channel_not_set_up` where this
 * deployment has none. Learned from a preview, which sends nothing.
 */
export function useChannel() {
  const channel = useQuery({
    queryKey: ["channel"],
    queryFn: () => unwrap(api.POST("/api/broadcasts/preview", { body: { text: "Ebb" } })),
    staleTime: 300_000,
  });
  const isMissing = problemOf(channel.error)?.code === "channel_not_set_up";
  return { ...channel, isMissing, chat: isMissing ? undefined : channel.data };
}
