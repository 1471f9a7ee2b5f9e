import type { Job, Leg } from "@/shared/api/types";
import { decimal, sum } from "@/shared/money/format";

/**
 * How a job ended, for people: all of it, a part, nothing although tried, stopped on the way with
 * or without anything filled, or taken back before anything was sent.
 */
export type Outcome = "done" | "part" | "none" | "stopped" | "idle" | "unsent";

export function outcomeOf(job: Job): Outcome {
  if (job.state === "completed") return "done";
  if (job.state === "partially_completed") return "part";
  if (job.state === "failed") return "none";
  if (hasFilled(job)) return "stopped";
  return wasSent(job) ? "idle" : "unsent";
}

export function hasFilled(job: Job): boolean {
  return decimal(sum(job.legs.map((leg) => leg.qty_filled))).gt(0);
}

function wasSent(job: Job): boolean {
  if (job.started_at === null) return false;
  // Retention removes the attempts of old jobs; the receipt's times stay.
  return typeof job.receipt?.ack_ms === "number" || job.legs.some((leg) => leg.attempts > 0);
}

export const TONES: Readonly<Record<Outcome, "gain" | "warn" | "loss" | "hint">> = {
  done: "gain",
  part: "warn",
  none: "loss",
  stopped: "warn",
  idle: "hint",
  unsent: "hint",
};

/** What the hand is told at the end. */
export function feelOf(job: Job): "success" | "warning" | "error" {
  const outcome = outcomeOf(job);
  if (outcome === "none") return "error";
  const calm = outcome === "done" || outcome === "unsent";
  return calm && !job.receipt?.unprotected.length ? "success" : "warning";
}

const RANK: Readonly<Record<Leg["state"], number>> = {
  rejected: 1,
  partially_filled: 2,
  cancelled: 3,
  working: 4,
  planned: 5,
  filled: 6,
  skipped: 7,
};

/** What needs a look first: unprotected, rejected, partly filled; what was skipped comes last. */
export function troubleFirst(legs: readonly Leg[]): Leg[] {
  const rank = (leg: Leg) => (leg.protection === "failed" ? 0 : RANK[leg.state]);
  return [...legs].sort((one, other) => rank(one) - rank(other) || one.seq - other.seq);
}

export type Advice = "again" | "later" | "look" | "key" | "gone";

const ADVICE: Readonly<Record<string, Advice>> = {
  attempts_exhausted: "again",
  no_liquidity: "again",
  exchange_refused: "again",
  cancelled_by_user: "again",
  price_guard: "later",
  position_limit: "later",
  reduce_only_contract: "later",
  leverage_refused: "later",
  too_large: "look",
  unverified: "look",
  api_not_allowed: "look",
  symbol_unknown: "gone",
  instrument_gone: "gone",
  position_gone: "gone",
};

/** What to do about a leg; null where it is done, or where its reason's sentence says it already. */
export function adviceFor(leg: Leg): Advice | null {
  if (leg.state === "filled" || !leg.reason) return null;
  return leg.reason.startsWith("key_") ? "key" : (ADVICE[leg.reason] ?? null);
}

/** What a leg's fills were worth in quote currency; an inverse contract is counted in dollars. */
export function worthOf(leg: Leg): string | null {
  if (leg.avg_price === null || decimal(leg.qty_filled).eq(0)) return null;
  if (leg.category === "inverse") return leg.qty_filled;
  return decimal(leg.qty_filled).times(leg.avg_price).toFixed();
}

export function directionOf(leg: Leg): "long" | "short" | "holding" {
  if (leg.category === "spot") return "holding";
  return leg.position_side === "Buy" ? "long" : "short";
}
