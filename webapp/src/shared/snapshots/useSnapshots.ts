import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { components, paths } from "@/shared/api/schema";
import type { MarketType, Snapshot } from "@/shared/api/types";

type SnapshotQuery = paths["/api/positions/snapshot"]["get"]["parameters"]["query"];
type Page = components["schemas"]["Snapshots"];

const PAGE = 200;
/** As many as one restore may name. */
export const MOST = 500;

/** What can be restored, newest first, page after page; no more than one restore may name. */
export async function allSnapshots(accountId: string, market: MarketType): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(PAGE, MOST - found.length);
    const query: SnapshotQuery = { market_type: market, account_id: accountId, limit };
    if (cursor) query.cursor = cursor;
    const page: Page = await unwrap(api.GET("/api/positions/snapshot", { params: { query } }));
    found.push(...page.items);
    cursor = page.next_cursor ?? null;
  } while (cursor && found.length < MOST);
  return found;
}

/** What can be restored of one book. */
export function useSnapshots(accountId: string, market: MarketType) {
  return useQuery({
    queryKey: ["snapshots", accountId, market],
    queryFn: () => allSnapshots(accountId, market),
  });
}
