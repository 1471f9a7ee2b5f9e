import type { Plan, PlanLeg } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";
import { keyOf } from "./scope";

/** Round percentages at which the lot steps leave nothing to do. */
export function infeasiblePresets(plan: Plan | null): ReadonlySet<string> {
  const presets = plan?.presets.filter((preset) => !preset.feasible) ?? [];
  return new Set(presets.map((preset) => preset.percent));
}

/** Whether rounding changes the percentage by more than a tenth of a point: worth telling. */
export function effectiveDiffers(plan: Plan): boolean {
  return decimal(plan.percent).minus(plan.effective_percent).abs().gt("0.1");
}

/** Each position's leg, by the position's key. */
export function legsByPosition(plan: Plan | null): ReadonlyMap<string, PlanLeg> {
  return new Map(plan?.legs.map((leg) => [keyOf({ ...leg, side: leg.position_side }), leg]));
}

/** Why legs are skipped, each reason once, with how many legs it concerns. */
export function skipReasons(plan: Plan): { reason: string; count: number; symbols: string[] }[] {
  const found = new Map<string, string[]>();
  for (const leg of plan.legs) {
    if (leg.state === "planned" || !leg.reason_text) continue;
    found.set(leg.reason_text, [...(found.get(leg.reason_text) ?? []), leg.symbol]);
  }
  return [...found].map(([reason, symbols]) => ({ reason, count: symbols.length, symbols }));
}
