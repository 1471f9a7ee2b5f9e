import { describe, expect, it } from "vitest";
import { asAmount, asksLess, kindOf, overOf } from "./policy";

describe("which jobs are confirmed", () => {
  it.each([
    [null, "off"],
    ["0", "always"],
    ["0.00", "always"],
    ["1500", "over"],
  ])("%j means %s", (over, kind) => expect(kindOf(over)).toBe(kind));

  it("is told to the API by one amount", () => {
    expect(overOf("off", "100")).toBeNull();
    expect(overOf("always", "")).toBe("0");
    expect(overOf("over", "1 500,5")).toBe("1500.5");
    expect(overOf("over", "")).toBeUndefined();
  });

  it.each([
    [null, "100", false],
    [null, null, false],
    ["100", "50", false],
    ["100", "0", false],
    ["100", "100", false],
    ["100", "100.01", true],
    ["9", "10", true],
    ["0", "1", true],
    ["100", null, true],
  ])("from %j to %j confirms fewer: %s", (before, after, less) => {
    expect(asksLess(before, after)).toBe(less);
  });
});

describe("an amount", () => {
  it.each([
    ["1500", "1500"],
    ["$1 500", "1500"],
    ["0,5", "0.5"],
    ["007", "7"],
    ["", null],
    ["0", null],
    ["-5", null],
    ["1e5", null],
    ["1.234", null],
    ["1,500,000", null],
  ])("%j is %j", (typed, amount) => expect(asAmount(typed)).toBe(amount));
});
