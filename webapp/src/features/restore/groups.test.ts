import { describe, expect, it } from "vitest";
import type { Snapshot } from "@/shared/api/types";
import { grouped, worthOf } from "./groups";

function snapshot(id: string, jobId: string, more: Partial<Snapshot> = {}): Snapshot {
  return {
    id,
    job_id: jobId,
    leg_id: id,
    market_type: "futures",
    category: "linear",
    symbol: id,
    side: "Buy",
    position_idx: 0,
    qty_closed: "2",
    qty_restored: "1",
    qty_restorable: "1",
    closed_price: "10",
    leverage: null,
    take_profit: null,
    stop_loss: null,
    created_at: `2026-01-01T00:00:0${id.length}Z`,
    ...more,
  };
}

describe("what can be restored", () => {
  it("stands by the reduce that closed it, in the order it came", () => {
    const groups = grouped([snapshot("A", "new"), snapshot("B", "old"), snapshot("C", "new")]);
    expect(groups.map((group) => [group.jobId, group.snapshots.map(({ id }) => id)])).toEqual([
      ["new", ["A", "C"]],
      ["old", ["B"]],
    ]);
    expect(grouped([])).toEqual([]);
  });

  it("has the biggest first within a reduce, compared as decimals", () => {
    const [group] = grouped([
      snapshot("A", "job", { closed_price: "9" }),
      snapshot("B", "job", { closed_price: "10" }),
    ]);
    expect(group?.snapshots.map(({ id }) => id)).toEqual(["B", "A"]);
    expect(group?.worth).toBe("19");
  });

  it("is worth its remainder at the closed price, an inverse contract its dollars", () => {
    const more = { qty_restorable: "0.3", closed_price: "64000.1" };
    expect(worthOf(snapshot("A", "job", more))).toBe("19200.03");
    expect(worthOf(snapshot("A", "job", { ...more, category: "inverse" }))).toBe("0.3");
  });
});
