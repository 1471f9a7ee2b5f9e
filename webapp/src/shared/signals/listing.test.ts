import { describe, expect, it } from "vitest";
import type { Signal } from "@/shared/api/types";
import type { LiveSignal } from "@/shared/live/messages";
import { latestFirst, newerThan, newestOf, soonestFirst, withAny, withLive } from "./listing";
import { signalOf } from "./told";

const TOLD: LiveSignal = {
  id: "019a-1",
  type: "halftime-ghost",
  name: "Arsenal – Chelsea",
  marketId: "m-1",
  confidence: 0.625,
  ev: 4.5,
  sport: "football",
  expiresAt: Date.UTC(2026, 10, 21, 18, 0),
};
const NOW = "2026-11-21T17:00:00.000Z";

function signal(id: string, more: Partial<Signal> = {}): Signal {
  return { ...signalOf({ ...TOLD, id }, undefined, NOW), ...more };
}
const ids = (signals: readonly Signal[]) => signals.map(({ id }) => id);

describe("the order of signals", () => {
  it("is by what ends first while they are live, by what ended last after that", () => {
    const late = signal("a", { expires_at: "2026-11-21T20:00:00Z" });
    const soon = signal("b", { expires_at: "2026-11-21T18:00:00Z" });
    expect(ids(soonestFirst([late, soon]))).toEqual(["b", "a"]);
    const early = signal("c", { state: "closed", ended_at: "2026-11-21T16:00:00Z" });
    const last = signal("d", { state: "expired", ended_at: "2026-11-21T16:30:00Z" });
    expect(ids(latestFirst([early, last]))).toEqual(["d", "c"]);
  });
});

describe("a signal that changed", () => {
  it("stands once among the live ones, and leaves them when it ends", () => {
    const [one, two] = [signal("1"), signal("2")];
    expect(ids(withLive([two, one], signal("3")))).toEqual(["3", "2", "1"]);
    expect(withLive([one], { ...one, name: "Changed" })).toMatchObject([{ name: "Changed" }]);
    expect(ids(withLive([two, one], { ...one, state: "closed" }))).toEqual(["2"]);
  });

  it("stays in its place among all, or comes first", () => {
    const pages = [
      { items: [signal("3")], next_cursor: "x" },
      { items: [signal("2")], next_cursor: null },
    ];
    const shown = (changed: Signal) =>
      withAny(pages, changed).map((page) => page.items.map(({ id, state }) => [id, state]));
    expect(shown(signal("2", { state: "expired" }))).toEqual([[["3", "live"]], [["2", "expired"]]]);
    expect(shown(signal("4"))).toEqual([
      [
        ["4", "live"],
        ["3", "live"],
      ],
      [["2", "live"]],
    ]);
  });
});

describe("what is new", () => {
  it("came after what was seen last", () => {
    const signals = [signal("019a-3"), signal("019a-1"), signal("019a-2")];
    expect(newestOf(signals)).toBe("019a-3");
    expect(newestOf([])).toBeNull();
    expect([newerThan(signals, null), newerThan(signals, "019a-2")]).toEqual([3, 1]);
  });
});

describe("a signal that is told of", () => {
  it("is live without a state, and has its numbers as text", () => {
    expect(signalOf(TOLD, undefined, NOW)).toMatchObject({
      market_id: "m-1",
      confidence: "0.625",
      ev: "4.5",
      market: null,
      expires_at: "2026-11-21T18:00:00.000Z",
      state: "live",
      ended_at: null,
      created_at: NOW,
    });
  });

  it("keeps what is known of it and not told", () => {
    const known = signal(TOLD.id, { created_at: "2026-11-21T12:00:00Z", pin_state: "pinned" });
    const ended = signalOf({ ...TOLD, state: "settled", result: "won" }, known, NOW);
    expect(ended).toMatchObject({
      state: "settled",
      result: "won",
      ended_at: NOW,
      created_at: "2026-11-21T12:00:00Z",
      pin_state: "pinned",
    });
  });
});
