import { describe, expect, it } from "vitest";
import { guardBody, parseWithin } from "./guard";

describe("a typed distance", () => {
  it.each([
    ["0", 0],
    ["0,5", 50],
    ["0.29", 29],
    ["1,", 100],
    [" 12.34 ", 1234],
    ["100", 10_000],
  ])("%s %% is %i basis points", (typed, points) => {
    expect(parseWithin(typed)).toBe(points);
  });

  it.each(["", "100.01", "0.001", "-1", "1e1", "5%", ".5"])("%s is refused", (typed) => {
    expect(parseWithin(typed)).toBeNull();
  });
});

describe("a price guard", () => {
  it("is told to the API in its words", () => {
    expect(guardBody({ kind: "off", typed: "x" })).toBeNull();
    expect(guardBody({ kind: "better", typed: "x" })).toEqual({
      better_only: true,
      max_slippage_bps: null,
    });
    expect(guardBody({ kind: "within", typed: "0.5" })).toEqual({
      better_only: false,
      max_slippage_bps: 50,
    });
  });

  it("is nothing to send while its percentage is none", () => {
    expect(guardBody({ kind: "within", typed: "" })).toBeUndefined();
  });
});
