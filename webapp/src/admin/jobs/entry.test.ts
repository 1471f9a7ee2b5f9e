import { describe, expect, it } from "vitest";
import { anEntry as entry } from "./anEntry";
import { beginsDay, clock, ofLeg, sincePrevious, toneOf } from "./entry";

describe("an entry's tone", () => {
  it.each([
    ["taken_over", {}, "odd"],
    ["answered", { state: "rejected" }, "bad"],
    ["answered", { state: "acknowledged" }, "plain"],
    ["settled", { state: "filled" }, "good"],
    ["ended", { state: "failed" }, "bad"],
    ["sent", { state: "unknown" }, "plain"],
    ["answered", { state: "unknown", code: "0" }, "odd"],
    ["answered", { state: "intended", code: "10006" }, "odd"],
    ["looked_up", { state: "unknown" }, "odd"],
    ["looked_up", { state: "acknowledged", found: "no" }, "odd"],
    ["looked_up", { state: "acknowledged" }, "plain"],
    ["message_sent", { state: "unknown" }, "odd"],
    ["called", { method: "read_book", outcome: "answered" }, "plain"],
    ["called", { method: "look_up", outcome: "unreachable" }, "odd"],
    ["called", { method: "set_trading_stop", outcome: "defect" }, "bad"],
    ["protected", { state: "failed" }, "bad"],
    ["protected", { state: "restored" }, "good"],
    ["verified", { code: "agrees" }, "good"],
    ["verified", { code: "differs" }, "bad"],
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
  it("tells the day where it changes", () => {
    // Noon and noon: of two days in every zone.
    const days = ["2026-11-20T12:00:00Z", "2026-11-20T12:00:01Z", "2026-11-21T12:00:00Z"];
    const told = days.map((at) => entry("sent", {}, { at }));
    expect(told.map((_, place) => beginsDay(told, place))).toEqual([true, false, true]);
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
