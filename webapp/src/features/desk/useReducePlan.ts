import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { MarketType } from "@/shared/api/types";
import { useDebounced } from "@/shared/ui/useDebounced";
import type { scopeBody } from "./scope";

const REST_MS = 150;
const REFRESH_MS = 6000;

/** What a reduce is asked with, but for the moment when it may be taken back. */
export interface ReduceBody {
  market_type: MarketType;
  account_id: string;
  percent: string;
  round_up: boolean;
  scope: ReturnType<typeof scopeBody>;
}

/**
 * The plan of a reduce as the slider moves. `current`: of exactly this body; `shown`: that, or the
 * one before while it is read. A body of null asks for nothing and shows nothing.
 */
export function useReducePlan(body: ReduceBody | null) {
  const asked = useDebounced(body === null ? null : JSON.stringify(body), REST_MS);
  const query = useQuery({
    queryKey: ["plan", "reduce", asked],
    queryFn: () =>
      unwrap(
        api.POST("/api/positions/preview", { body: JSON.parse(asked ?? "null") as ReduceBody }),
      ),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    staleTime: 1000,
  });
  const settled = body !== null && asked === JSON.stringify(body) && !query.isPlaceholderData;
  const shown = body === null ? null : (query.data ?? null);
  return { ...query, shown, current: settled ? shown : null };
}
