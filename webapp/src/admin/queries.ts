import { QueryClient } from "@tanstack/react-query";
import { isSignedIn, onSessionChange } from "@/shared/api/session";

/** The server's state as the dashboard knows it, for one operator. */
export function makeQueries(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      // What is asked again each few seconds needs no tries of its own.
      queries: { networkMode: "always", retry: false },
      mutations: { networkMode: "always" },
    },
  });
  onSessionChange(() => {
    if (!isSignedIn()) queries.clear();
  });
  return queries;
}
