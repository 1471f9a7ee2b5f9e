import { describe, expect, it } from "vitest";
import type { Exposure } from "@/shared/api/types";
import { columnsOf, glanceOf, marksOf } from "./exposure";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const at = (hoursAgo: number) => new Date(NOW - hoursAgo * 3_600_000).toISOString();
const exposure: Exposure = {
  account_id: "a",
  market_type: "futures",
  items: [
    { at: at(24), long_value: "1000", short_value: "300" },
    { at: at(6), long_value: "1200.5", short_value: "300" },
    { at: at(0), long_value: "600", short_value: "0" },
  ],
  jobs: [{ id: "j", kind: "reduce", percent: "50", state: "completed", at: at(5.9) }],
};

describe("exposure as it is drawn", () => {
  const columns = columnsOf(exposure, 7, NOW);

  it("has columns at equal distances, from the first sample on", () => {
    expect(columns[0]?.time).toBe(NOW / 1000 - 24 * 3600);
    const steps = columns.slice(1).map(({ time }, index) => time - (columns[index]?.time ?? 0));
    expect(new Set(steps).size).toBe(1);
    expect(columns.at(-1)?.time).toBeGreaterThanOrEqual(NOW / 1000);
  });

  it("draws each sample once, shorts below zero", () => {
    const drawn = columns.flatMap(({ values }) => values ?? []);
    expect(drawn.map(({ long }) => long)).toEqual([1000, 1200.5, 600]);
    expect(drawn[0]?.short).toBe(-300);
  });

  it("marks a job where the chart has something to mark", () => {
    const [mark] = marksOf(exposure, columns);
    expect(columns.find(({ time }) => time === mark?.time)?.values?.long).toBe(1200.5);
  });

  it("draws nothing of nothing", () => {
    const empty = { ...exposure, items: [] };
    expect(columnsOf(empty, 7, NOW)).toEqual([]);
    expect(marksOf(empty, [])).toEqual([]);
    expect(glanceOf(empty)).toBeNull();
  });
});

it("a glance tells the present, the most, and what was done", () => {
  expect(glanceOf(exposure)).toEqual({
    long: "600",
    short: "0",
    mostLong: "1200.5",
    mostShort: "300",
    reduces: 1,
    restores: 0,
  });
});
