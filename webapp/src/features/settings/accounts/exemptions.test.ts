import { describe, expect, it } from "vitest";
import { asKept, asSymbol, withExemption, withoutExemption } from "./exemptions";

describe("a symbol as it was typed", () => {
  it.each([
    [" btcusdt ", "BTCUSDT"],
    ["btc/usdt", "BTCUSDT"],
    ["BTC-27NOV26", "BTC-27NOV26"],
    ["1000pepe usdt", "1000PEPEUSDT"],
    ["", null],
    ["б", null],
    ["X", null],
  ])("%j means %s", (typed, symbol) => {
    expect(asSymbol(typed)).toBe(symbol);
  });
});

describe("a quantity to keep", () => {
  it.each([
    ["", null],
    ["  ", null],
    ["0,5", "0.5"],
    ["1 000", "1000"],
    ["0.000000000000000001", "0.000000000000000001"],
    ["5.", "5"],
    ["0", undefined],
    ["-1", undefined],
    ["1e9", undefined],
    ["all", undefined],
  ])("%j is %s", (typed, kept) => {
    expect(asKept(typed)).toBe(kept);
  });
});

describe("the list of what no reduce touches", () => {
  const list = [
    { symbol: "BTCUSDT", keep_qty: null },
    { symbol: "ETHUSDT", keep_qty: "2" },
  ];

  it("takes a new symbol at its end", () => {
    expect(withExemption(list, { symbol: "SOLUSDT", keep_qty: null }).at(-1)?.symbol).toBe(
      "SOLUSDT",
    );
  });

  it("has each symbol once", () => {
    expect(withExemption(list, { symbol: "BTCUSDT", keep_qty: "0.1" })).toEqual([
      { symbol: "BTCUSDT", keep_qty: "0.1" },
      { symbol: "ETHUSDT", keep_qty: "2" },
    ]);
  });

  it("loses a symbol, and stays itself without it", () => {
    expect(withoutExemption(list, "BTCUSDT")).toEqual([{ symbol: "ETHUSDT", keep_qty: "2" }]);
    expect(withoutExemption(list, "XRPUSDT")).toEqual(list);
  });
});
