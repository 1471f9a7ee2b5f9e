import { expect, it } from "vitest";
import type { JobSummary } from "@/shared/api/types";
import { EVERYTHING, queryOf } from "./filter";
import { byDay, roundTrips } from "./listing";

const job = (id: string, given: Partial<JobSummary> = {}) =>
  ({ id, created_at: "2026-11-21T12:00:00", ...given }) as JobSummary;
const ids = (jobs: readonly JobSummary[]) => jobs.map(({ id }) => id).join("");

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
  expect(queryOf({ ...EVERYTHING, group: "trouble" }).state).toHaveLength(3);
  expect(queryOf({ ...EVERYTHING, market: "spot" })).toEqual({ market_type: "spot" });
});
