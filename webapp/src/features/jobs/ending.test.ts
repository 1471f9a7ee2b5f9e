import { describe, expect, it } from "vitest";
import type { Job, Leg } from "@/shared/api/types";
import { formatDuration } from "./duration";
import { adviceFor, feelOf, outcomeOf, troubleFirst } from "./ending";
import { aJob, aLeg } from "./examples";
import { verdictOf } from "./roundTrip";
import { windowOf } from "./useCountdown";

describe("how a job ended", () => {
  const unfilled = { qty_filled: "0", avg_price: null } as const;

  it("says that nothing was sent only where nothing was", () => {
    expect(outcomeOf(aJob({ state: "cancelled", started_at: null, legs: [] }))).toBe("unsent");
    const waiting = aLeg({ ...unfilled, state: "cancelled", attempts: 0 });
    const receipt = { ...aJob().receipt, ack_ms: null } as Job["receipt"];
    expect(outcomeOf(aJob({ state: "cancelled", receipt, legs: [waiting] }))).toBe("unsent");
    const sent = aLeg({ ...unfilled, state: "cancelled", attempts: 1 });
    expect(outcomeOf(aJob({ state: "cancelled", receipt, legs: [sent] }))).toBe("idle");
  });

  it("keeps apart what was stopped on its way from what was taken back", () => {
    expect(outcomeOf(aJob({ state: "cancelled" }))).toBe("stopped");
  });

  it("warns the hand of a position left without protection", () => {
    const receipt = { ...aJob().receipt, unprotected: ["BTCUSDT"] } as Job["receipt"];
    expect(feelOf(aJob({ receipt }))).toBe("warning");
    expect(feelOf(aJob())).toBe("success");
    expect(feelOf(aJob({ state: "failed" }))).toBe("error");
  });
});

describe("the legs of an ended job", () => {
  it("come with trouble first and skipped ones last", () => {
    const legs = (
      [
        ["A", "filled"],
        ["B", "skipped"],
        ["C", "partially_filled"],
        ["D", "rejected"],
      ] as const
    ).map(([symbol, state], seq) => aLeg({ symbol, state, seq }));
    legs.push(aLeg({ symbol: "E", protection: "failed", seq: 9 }));
    expect(troubleFirst(legs).map((leg: Leg) => leg.symbol)).toEqual(["E", "D", "C", "A", "B"]);
  });

  it("are given advice only where their reason gives none", () => {
    expect(adviceFor(aLeg({ state: "rejected", reason: "key_expired" }))).toBe("key");
    expect(adviceFor(aLeg({ state: "partially_filled", reason: "no_liquidity" }))).toBe("again");
    expect(adviceFor(aLeg({ state: "skipped", reason: "below_min_qty" }))).toBeNull();
    expect(adviceFor(aLeg())).toBeNull();
  });
});

describe("the undo window", () => {
  const job = {
    state: "queued",
    created_at: "2026-11-21T10:00:00Z",
    not_before: "2026-11-21T10:00:05Z",
  } as const;

  it("runs from acceptance to sending, and a wrong clock never makes it longer", () => {
    expect(windowOf(job, Date.parse("2026-11-21T10:00:02Z"))).toEqual({ left: 3000, whole: 5000 });
    expect(windowOf(job, Date.parse("2026-11-21T09:00:00Z")).left).toBe(5000);
    expect(windowOf(job, Date.parse("2026-11-21T10:00:06Z")).left).toBe(0);
  });

  it("is over once the job began", () => {
    expect(windowOf({ ...job, state: "planning" }, 0).left).toBe(0);
  });
});

it("a round trip saved, cost, or did both", () => {
  expect(verdictOf({ USDT: "1" })).toBe("saved");
  expect(verdictOf({ USDT: "-1", BTC: "0" })).toBe("cost");
  expect(verdictOf({ USDT: "-1", BTC: "1" })).toBe("mixed");
  expect(verdictOf({})).toBe("even");
});

it("durations read as people say them", () => {
  expect(formatDuration(420, "en")).toBe("420 ms");
  expect(formatDuration(3449, "en")).toBe("3.4 sec");
  expect(formatDuration(125_000, "en")).toBe("2 min 5 sec");
  expect(formatDuration(null, "en")).toBe("—");
});
