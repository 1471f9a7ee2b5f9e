import { describe, expect, it } from "vitest";
import type { PlanLeg } from "@/shared/api/types";
import { inDollars, negated, rounded, told, verdictOf } from "./cost";

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

  it("adds coins up in dollars, by each leg's price", () => {
    const leg = (more: Partial<PlanLeg>) => ({ state: "planned", price: "0", ...more }) as PlanLeg;
    const usdt = leg({ leg_net: "-10.5", settle_coin: "USDT" });
    const btc = leg({ leg_net: "0.001", settle_coin: "BTC", price: "60000" });
    expect(inDollars([usdt, btc])).toBe("49.5");
    expect(inDollars([usdt, leg({ state: "skipped", leg_net: null })])).toBe("-10.5");
    expect(inDollars([usdt, leg({ leg_net: null, settle_coin: "USDT" })])).toBeNull();
  });

  it("has fees as what they take", () => {
    expect(negated({ USDT: "1.5" })).toEqual({ USDT: "-1.5" });
  });
});
