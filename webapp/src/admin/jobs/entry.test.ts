import { describe, expect, it } from "vitest";
import type { Entry } from "../types";
import { clock, ofLeg, sincePrevious, toneOf } from "./entry";

const entry = (
  kind: string,
  facts: Record<string, string> = {},
  more: Partial<Entry> = {},
): Entry => ({
  at: "2026-11-21T10:00:00Z",
  kind,
  leg: null,
  symbol: null,
  attempt: null,
  order_link_id: null,
  facts,
  ...more,
});

describe("an entry's tone", () => {
  it.each([
    ["taken_over", {}, "odd"],
    ["answered", { state: "rejected" }, "bad"],
    ["answered", { state: "acknowledged" }, "plain"],
    ["settled", { state: "filled" }, "good"],
    ["ended", { state: "failed" }, "bad"],
    ["sent", { state: "unknown" }, "plain"],
    ["never heard of", {}, "plain"],
  ])("of %s %o is %s", (kind, facts, tone) => {
    expect(toneOf(entry(kind, facts))).toBe(tone);
  });
});

describe("a story", () => {
  const story = [
    entry("accepted"),
    entry("sent", {}, { at: "2026-11-21T10:00:00.250Z", leg: 1 }),
    entry("sent", {}, { at: "2026-11-21T10:00:00.251Z", leg: 2 }),
    entry("leg_planned", {}, { at: "2026-11-21T10:00:00.251Z", leg: 1 }),
  ];
  it("tells how long each step took", () => {
    expect(story.map((_, place) => sincePrevious(story, place))).toEqual([null, 250, 1, 0]);
  });
  it("tells the time to the millisecond", () => {
    expect(clock("2026-11-21T10:05:07.012345Z")).toMatch(/^\d\d:05:07\.012$/);
  });
  it("is told of one leg", () => {
    expect(ofLeg(story, 2)).toEqual([story[2]]);
    expect(ofLeg(story, 1)).toEqual([story[1], story[3]]);
  });
  it("tells of a plan as a whole where all legs are wanted", () => {
    expect(ofLeg(story, null)).toEqual(story.slice(0, 3));
  });
});
