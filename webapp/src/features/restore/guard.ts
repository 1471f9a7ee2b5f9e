import type { components } from "@/shared/api/schema";
import { decimal } from "@/shared/money/format";

export const GUARDS = ["off", "better", "within"] as const;

/** At which prices a restore may fill. `typed`: the percentage of "within", as typed. */
export interface Guard {
  kind: (typeof GUARDS)[number];
  typed: string;
}

export type PriceGuard = components["schemas"]["PriceGuardIn"];

/** A typed percentage, 0 to 100 with at most two decimals, in basis points; null otherwise. */
export function parseWithin(typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  if (!/^\d{1,3}(\.\d{0,2})?$/.test(text)) return null;
  const points = decimal(text).times(100);
  return points.lte(10_000) ? points.toNumber() : null;
}

/** The guard as the API takes it, null for none; undefined while no percentage is typed. */
export function guardBody({ kind, typed }: Guard): PriceGuard | null | undefined {
  if (kind === "off") return null;
  if (kind === "better") return { better_only: true, max_slippage_bps: null };
  const points = parseWithin(typed);
  return points === null ? undefined : { better_only: false, max_slippage_bps: points };
}
