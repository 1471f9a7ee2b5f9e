import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

const AGAIN_MS = 3000;

/** The switch of sending by itself, for as long as the whole picture can't be had. */
export function useSending(wanted: boolean) {
  return useQuery({
    queryKey: ["overview", "sending"],
    queryFn: () => unwrap(api.GET("/api/admin/sending")),
    enabled: wanted,
    refetchInterval: AGAIN_MS,
  });
}
