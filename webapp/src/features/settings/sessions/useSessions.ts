import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

const KEY = ["sessions"];

/** Where the person is signed in, the latest first. */
export function useSessions() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => unwrap(api.GET("/api/auth/sessions")),
  });
}

/** Ends the sign-in with this id, or with null all but the one of this page. */
export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) =>
      id === null
        ? unwrap(api.DELETE("/api/auth/sessions"))
        : unwrap(
            api.DELETE("/api/auth/sessions/{session_id}", {
              params: { path: { session_id: id } },
            }),
          ),
    // Also after a refusal: what could not be ended may have ended by itself.
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
