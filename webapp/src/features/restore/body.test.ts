import { describe, expect, it } from "vitest";
import { restoreBody, type Terms } from "./body";

const terms: Terms = { percent: "100", guard: { kind: "off", typed: "" }, setLeverage: false };
const of = (chosen: string[], more: Partial<Terms> = {}) =>
  restoreBody("futures", "account", chosen, { ...terms, ...more });

describe("a restore's body", () => {
  it("names every snapshot, as listed", () => {
    expect(of(["b", "a"], { percent: "12,5" })).toEqual({
      market_type: "futures",
      account_id: "account",
      percent: "12.5",
      snapshot_ids: ["b", "a"],
      price_guard: null,
      set_leverage: false,
    });
  });

  it("is none while nothing is chosen or something typed is no number", () => {
    expect(of([])).toBeNull();
    expect(of(["a"], { percent: "0" })).toBeNull();
    expect(of(["a"], { guard: { kind: "within", typed: "x" } })).toBeNull();
  });

  it("never asks for leverage on spot", () => {
    const agreed = { ...terms, setLeverage: true };
    expect(restoreBody("futures", "account", ["a"], agreed)?.set_leverage).toBe(true);
    expect(restoreBody("spot", "account", ["a"], agreed)?.set_leverage).toBe(false);
  });
});
