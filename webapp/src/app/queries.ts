import { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { ApiProblem } from "@/shared/api/problem";
import { isSignedIn, onSessionChange } from "@/shared/api/session";

/** The server's state as the page knows it, for one person and in one language. */
export function makeQueries(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        // Ask even when the browser thinks it is offline: it may be wrong, and saying so is ours.
        networkMode: "always",
        // A refusal stays one; only a lost connection or a busy server is worth another try.
        retry: (failures, error) =>
          failures < 2 &&
          error instanceof ApiProblem &&
          (error.problem.status === 0 || error.problem.status >= 500),
      },
      // The default would keep an order confirmed offline and send it whenever the network returns.
      mutations: { networkMode: "always" },
    },
  });
  onSessionChange(() => {
    // The next person must not see the book of the one before.
    if (!isSignedIn()) queries.clear();
  });
  i18next.on("languageChanged", () => {
    // The server's sentences come in the language asked for; a job's would be "not modified".
    void queries.resetQueries({ queryKey: ["job"] });
    void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "job" });
  });
  return queries;
}
