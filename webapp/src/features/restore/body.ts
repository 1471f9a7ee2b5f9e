import type { MarketType } from "@/shared/api/types";
import { parsePercent } from "@/shared/money/format";
import { type Guard, guardBody, type PriceGuard } from "./guard";

/** What a restore is asked with, but for the moment when it may be taken back. */
export interface RestoreBody {
  market_type: MarketType;
  account_id: string;
  percent: string;
  snapshot_ids: string[];
  price_guard: PriceGuard | null;
  set_leverage: boolean;
}

/** How the chosen snapshots come back, as typed. */
export interface Terms {
  percent: string;
  guard: Guard;
  setLeverage: boolean;
}

/**
 * The restore of these snapshots on these terms; null while nothing is chosen or something typed
 * is no number. All are named even when all are chosen: what is confirmed is what happens.
 */
export function restoreBody(
  market: MarketType,
  accountId: string,
  chosen: readonly string[],
  terms: Terms,
): RestoreBody | null {
  const percent = parsePercent(terms.percent);
  const guard = guardBody(terms.guard);
  if (chosen.length === 0 || percent === null || guard === undefined) return null;
  return {
    market_type: market,
    account_id: accountId,
    percent,
    snapshot_ids: [...chosen],
    price_guard: guard,
    set_leverage: market === "futures" && terms.setLeverage,
  };
}
