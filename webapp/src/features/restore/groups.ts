import type { Snapshot } from "@/shared/api/types";
import { decimal, sum } from "@/shared/money/format";

/** What one reduce closed and can still be restored. */
export interface Group {
  jobId: string;
  /** When its newest snapshot was made. */
  at: string;
  /** Biggest worth first. */
  snapshots: Snapshot[];
  /** USD, at the closed prices. */
  worth: string;
}

/** What is left to restore, in USD at the closed price. */
export function worthOf(snapshot: Snapshot): string {
  const { category, qty_restorable: qty, closed_price: price } = snapshot;
  // An inverse contract is counted in dollars already.
  return category === "inverse" ? qty : decimal(qty).times(price).toFixed();
}

/** By the reduce that made them; the groups in the order of their first snapshots. */
export function grouped(newestFirst: readonly Snapshot[]): Group[] {
  const jobs = new Map<string, Snapshot[]>();
  for (const snapshot of newestFirst) {
    jobs.set(snapshot.job_id, [...(jobs.get(snapshot.job_id) ?? []), snapshot]);
  }
  return [...jobs].map(([jobId, snapshots]) => ({
    jobId,
    at: snapshots[0]?.created_at ?? "",
    snapshots: snapshots.sort(
      (a, b) => decimal(worthOf(b)).cmp(worthOf(a)) || a.symbol.localeCompare(b.symbol),
    ),
    worth: sum(snapshots.map(worthOf)),
  }));
}

export function directionOf(snapshot: Pick<Snapshot, "category" | "side">) {
  if (snapshot.category === "spot") return "holding";
  return snapshot.side === "Buy" ? "long" : "short";
}
