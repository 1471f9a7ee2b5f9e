import type { Plan } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";

/** Round percentages at which the lot steps leave nothing to do. */
export function infeasiblePresets(plan: Plan | null): ReadonlySet<string> {
  const presets = plan?.presets.filter((preset) => !preset.feasible) ?? [];
  return new Set(presets.map((preset) => preset.percent));
}

/** Whether rounding changes the percentage by more than a tenth of a point: worth telling. */
export function effectiveDiffers(plan: Plan): boolean {
  return decimal(plan.percent).minus(plan.effective_percent).abs().gt("0.1");
}
