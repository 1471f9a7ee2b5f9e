import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

/** The signed-in person with accounts and settings. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: () => unwrap(api.GET("/api/auth/me")),
    staleTime: 60_000,
  });
}
