import { describe, expect, it } from "vitest";
import type { Plan } from "@/shared/api/types";
import { effectiveDiffers, infeasiblePresets } from "./plan";

function plan(overrides: Partial<Plan>): Plan {
  return {
    market_type: "futures",
    kind: "reduce",
    percent: "30",
    effective_percent: "30",
    totals: { notional: "0", fee_estimate: "0", legs: 0, skipped: 0 },
    presets: [],
    legs: [],
    cost: null,
    needs_confirmation: false,
    as_of: "2026-01-01T00:00:00Z",
    ...overrides,
  };
}

describe("a plan's view", () => {
  it("greys out the presets that do nothing", () => {
    const presets = [
      { percent: "25", feasible: false, effective_percent: "0" },
      { percent: "50", feasible: true, effective_percent: "48" },
    ];
    expect(infeasiblePresets(plan({ presets }))).toEqual(new Set(["25"]));
    expect(infeasiblePresets(null).size).toBe(0);
  });

  it("tells the effective percentage only when it differs", () => {
    expect(effectiveDiffers(plan({ effective_percent: "28.6" }))).toBe(true);
    expect(effectiveDiffers(plan({ effective_percent: "29.95" }))).toBe(false);
  });
});
