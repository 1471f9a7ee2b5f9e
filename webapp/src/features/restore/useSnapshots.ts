import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { MarketType, Snapshot } from "@/shared/api/types";

const PAGE = 200;
/** As many as one restore may name. */
export const MOST = 500;

/** What can be restored, newest first, page after page; no more than one restore may name. */
export async function allSnapshots(market: MarketType): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(PAGE, MOST - found.length);
    const query: { market_type: MarketType; limit: number; cursor?: string } = {
      market_type: market,
      limit,
    };
    if (cursor) query.cursor = cursor;
    const page = await unwrap(api.GET("/api/positions/snapshot", { params: { query } }));
    found.push(...page.items);
    cursor = page.next_cursor ?? null;
  } while (cursor && found.length < MOST);
  return found;
}

export function useSnapshots(market: MarketType) {
  return useQuery({ queryKey: ["snapshots", market], queryFn: () => allSnapshots(market) });
}
