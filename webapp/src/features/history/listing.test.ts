import { describe, expect, it } from "vitest";
import type { JobSummary } from "@/shared/api/types";
import { EVERYTHING, queryOf, statesOf } from "./filter";
import { byDay, roundTrips, woven } from "./listing";

const job = (id: string, given: Partial<JobSummary> = {}) =>
  ({ id, created_at: "2026-11-21T12:00:00", ...given }) as JobSummary;
const ids = (jobs: readonly JobSummary[]) => jobs.map(({ id }) => id).join("");

describe("a list of several states", () => {
  it("shows nothing older than what an unfinished strand may still hold", () => {
    const first = [
      { state: "failed", items: [job("9"), job("7")], next: "after 7" },
      { state: "cancelled", items: [job("8"), job("3")], next: null },
    ] as const;
    expect(ids(woven([first]))).toBe("987");
    const second = [{ state: "failed", items: [job("5"), job("1")], next: null }] as const;
    expect(ids(woven([first, second]))).toBe("987531");
  });

  it("shows a job once that changed its state between two reads", () => {
    const page = [
      { state: "queued", items: [job("2")], next: null },
      { state: "executing", items: [job("2"), job("1")], next: null },
    ] as const;
    expect(ids(woven([page]))).toBe("21");
  });
});

it("jobs are grouped by the day on which they were accepted", () => {
  const days = byDay([
    job("3", { created_at: "2026-11-21T12:00:00" }),
    job("2", { created_at: "2026-11-21T00:00:00" }),
    job("1", { created_at: "2026-11-20T23:59:59" }),
  ]);
  expect(days.map(({ key, jobs }) => [key, ids(jobs)])).toEqual([
    ["2026-11-21", "32"],
    ["2026-11-20", "1"],
  ]);
});

it("round trips add up by coin, to the last digit", () => {
  const restored = (net: Record<string, string>) =>
    job("1", { receipt: { round_trip: { net } } } as unknown as Partial<JobSummary>);
  const listed = [restored({ USDT: "0.1" }), restored({ USDT: "0.2", BTC: "-1e-8" }), job("0")];
  expect(roundTrips(listed)).toEqual({ count: 2, net: { BTC: "-0.00000001", USDT: "0.3" } });
});

it("a filter asks for nothing that it does not restrict", () => {
  expect(queryOf(EVERYTHING)).toEqual({});
  expect(statesOf(EVERYTHING)).toEqual([null]);
  expect(statesOf({ ...EVERYTHING, group: "trouble" })).toHaveLength(3);
  expect(queryOf({ ...EVERYTHING, market: "spot" })).toEqual({ market_type: "spot" });
});
