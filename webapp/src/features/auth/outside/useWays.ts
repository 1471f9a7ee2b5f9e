import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { Ways } from "@/shared/api/types";
import { UNKNOWN } from "./ways";

/** Which ways to sign in there are here; null while the server is asked. */
export function useWays(): Ways | null {
  const ways = useQuery({
    queryKey: ["ways"],
    queryFn: () => unwrap(api.GET("/api/auth/ways")),
    staleTime: Number.POSITIVE_INFINITY,
    // The forms tell by themselves what is wrong.
    retry: false,
  });
  if (ways.isPending) return null;
  return ways.data ?? UNKNOWN;
}
