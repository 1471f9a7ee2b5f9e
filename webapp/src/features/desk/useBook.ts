import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { MarketType } from "@/shared/api/types";

const REFRESH_MS = 3000;

/** The book of one market, read again and again while the page is looked at. */
export function useBook(accountId: string, market: MarketType) {
  return useQuery({
    queryKey: ["book", accountId, market],
    queryFn: () =>
      unwrap(
        api.GET("/api/positions", {
          params: { query: { market_type: market, account_id: accountId } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
}
