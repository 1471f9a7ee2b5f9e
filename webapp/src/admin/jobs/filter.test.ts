import { describe, expect, it } from "vitest";
import { EVERYTHING, queryOf } from "./filter";

const NOW = Date.parse("2026-11-21T10:00:30Z");

describe("what is asked for", () => {
  it("is everything by itself", () => {
    expect(queryOf(EVERYTHING, NOW)).toEqual({ state: [], limit: 25 });
  });
  it("names the states that are open", () => {
    expect(queryOf({ ...EVERYTHING, state: "open" }, NOW).state).toEqual([
      "queued",
      "planning",
      "executing",
    ]);
    expect(queryOf({ ...EVERYTHING, state: "failed" }, NOW).state).toEqual(["failed"]);
  });
  it("begins at a whole minute, so that the question stays the same for one", () => {
    const { since } = queryOf({ ...EVERYTHING, since: "hour", q: " BTCUSDT " }, NOW);
    expect(since).toBe("2026-11-21T09:00:00.000Z");
    expect(queryOf({ ...EVERYTHING, q: " BTCUSDT " }, NOW).q).toBe("BTCUSDT");
  });
});
