import { describe, expect, it } from "vitest";
import { negated, rounded, told, verdictOf } from "./cost";

describe("the cost of coming back", () => {
  it.each([
    ["412.349", "USDT", "412.35"],
    ["-5", "USDC", "-5.00"],
    ["0.00421", "USDT", "0.00421"],
    ["0.123456789", "BTC", "0.12345679"],
    ["-0.0000000001", "BTC", "0"],
  ])("%s %s is shown as %s", (amount, coin, text) => {
    expect(rounded(amount, coin)).toBe(text);
  });

  it("is cheaper, dearer, both by coin, or neither", () => {
    expect(verdictOf({ USDT: "1", BTC: "0" })).toBe("cheaper");
    expect(verdictOf({ USDT: "-1" })).toBe("dearer");
    expect(verdictOf({ USDT: "1", BTC: "-0.1" })).toBe("mixed");
    expect(verdictOf({})).toBe("even");
  });

  it("leaves out coins with nothing in them, but one", () => {
    expect(told({ USDT: "0", BTC: "1" })).toEqual([["BTC", "1"]]);
    expect(told({ USDT: "0", BTC: "0" })).toEqual([["USDT", "0"]]);
    expect(told({})).toEqual([]);
  });

  it("has fees as what they take", () => {
    expect(negated({ USDT: "1.5" })).toEqual({ USDT: "-1.5" });
  });
});
