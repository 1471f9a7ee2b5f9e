import { describe, expect, it } from "vitest";
import { chosenOf, markOf, toggled } from "./choice";

const listed = ["a", "b", "c"];

describe("the choice", () => {
  it("is everything until something is left out", () => {
    expect(chosenOf(listed, null)).toEqual(listed);
    expect(toggled(listed, null, ["b"])).toEqual(new Set(["a", "c"]));
  });

  it("forgets what is no longer listed, and keeps the list's order", () => {
    expect(chosenOf(listed, new Set(["c", "gone", "a"]))).toEqual(["a", "c"]);
  });

  it("is everything again once all are chosen, but not when none are listed", () => {
    expect(toggled(listed, new Set(["a", "c"]), ["b"])).toBeNull();
    expect(toggled([], new Set(), [])).toEqual(new Set());
  });
});

describe("a check box over several", () => {
  it.each([
    [null, "all"],
    [["a", "b"], "all"],
    [["b", "c"], "some"],
    [["c"], "none"],
  ] as const)("with %j chosen stands for %s of a and b", (chosen, mark) => {
    expect(markOf(["a", "b"], chosen && new Set(chosen))).toBe(mark);
  });

  it("chooses all of its own where some are missing, then none of them", () => {
    const all = toggled(listed, new Set(["a"]), ["a", "b"]);
    expect(all).toEqual(new Set(["a", "b"]));
    expect(toggled(listed, all, ["a", "b"])).toEqual(new Set());
  });
});
