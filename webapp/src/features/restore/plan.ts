import type { Plan, PlanLeg } from "@/shared/api/types";

/** Each snapshot's leg, by the snapshot's id. */
export function legsBySnapshot(plan: Plan | null): ReadonlyMap<string, PlanLeg> {
  return new Map(plan?.legs.flatMap((leg) => (leg.snapshot_id ? [[leg.snapshot_id, leg]] : [])));
}

/** Why legs are skipped: each reason once, with the symbols it concerns. */
export function skipReasons(plan: Plan): { reason: string; symbols: string[] }[] {
  const found = new Map<string, string[]>();
  for (const { state, reason_text: reason, symbol } of plan.legs) {
    if (state === "planned" || !reason) continue;
    found.set(reason, [...(found.get(reason) ?? []), symbol]);
  }
  return [...found].map(([reason, symbols]) => ({ reason, symbols }));
}
