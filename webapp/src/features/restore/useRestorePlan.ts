import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import { useDebounced } from "@/shared/ui/useDebounced";
import type { RestoreBody } from "./body";

const REST_MS = 200;
const REFRESH_MS = 5000;
const GONE: ReadonlySet<string> = new Set(["snapshot_not_found", "nothing_to_restore"]);

/**
 * The plan of a restore and what it costs now, read again and again. `current`: of exactly this
 * body; `shown`: that, or the one before while it is read. A body of null asks for nothing.
 */
export function useRestorePlan(body: RestoreBody | null) {
  const queries = useQueryClient();
  const asked = useDebounced(body === null ? null : JSON.stringify(body), REST_MS);
  const query = useQuery({
    queryKey: ["plan", "restore", asked],
    queryFn: () =>
      unwrap(
        api.POST("/api/snapshots/restore/preview", {
          body: JSON.parse(asked ?? "null") as RestoreBody,
        }),
      ),
    enabled: body !== null && asked !== null,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    staleTime: 1000,
  });
  // What was listed came back in some other way: the list is old.
  const gone = GONE.has(problemOf(query.error)?.code ?? "");
  useEffect(() => {
    if (gone) void queries.invalidateQueries({ queryKey: ["snapshots"] });
  }, [gone, queries]);
  const shown = body === null ? null : (query.data ?? null);
  const settled = asked === JSON.stringify(body) && !query.isPlaceholderData && !query.error;
  return { ...query, shown, current: settled ? shown : null };
}
