import { useQueryClient } from "@tanstack/react-query";

/** Reads the person anew, after something about how they sign in or confirm has changed. */
export function useRefreshMe(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: ["me"] });
    // What has to be confirmed is a part of every plan; each change is in the log.
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["plan"] }),
      queries.invalidateQueries({ queryKey: ["audit"] }),
    ]);
  };
}
