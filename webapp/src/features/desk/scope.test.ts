import { describe, expect, it } from "vitest";
import type { Position } from "@/shared/api/types";
import { arranged, EVERYTHING, keyOf, passes, scopeBody, touches } from "./scope";

function position(symbol: string, more: Partial<Position> = {}): Position {
  return {
    symbol,
    category: "linear",
    side: "Buy",
    position_idx: 0,
    value: "1",
    unrealised_pnl: "0",
    leverage: "10",
    ...more,
  } as Position;
}

describe("a scope", () => {
  it("lets winners and losers through by their profit, and neither with none", () => {
    const winners = { ...EVERYTHING, pnl: "winners" as const };
    expect(passes(position("A", { unrealised_pnl: "0.01" }), winners)).toBe(true);
    expect(passes(position("A", { unrealised_pnl: "0" }), winners)).toBe(false);
    expect(passes(position("A", { unrealised_pnl: null }), winners)).toBe(false);
    expect(passes(position("A", { unrealised_pnl: "-1" }), { ...EVERYTHING, pnl: "losers" })).toBe(
      true,
    );
  });

  it("touches what is chosen, or everything while nothing is", () => {
    const some = { ...EVERYTHING, symbols: new Set(["B"]) };
    expect(touches(position("A"), EVERYTHING)).toBe(true);
    expect(touches(position("A"), some)).toBe(false);
    expect(touches(position("B"), { ...some, side: "short" })).toBe(false);
  });

  it("is told to the API in its words, in one order", () => {
    const scope = { side: "short" as const, pnl: "losers" as const, symbols: new Set(["B", "A"]) };
    expect(scopeBody(scope)).toMatchObject({ symbols: ["A", "B"], sides: ["Sell"], pnl: "losers" });
  });
});

describe("the list", () => {
  it("compares money as decimals, not as text", () => {
    const items = [
      position("A", { value: "9" }),
      position("B", { value: "10" }),
      position("C", { value: "9" }),
    ];
    expect(arranged(items, EVERYTHING, "value").map((item) => item.symbol)).toEqual([
      "B",
      "A",
      "C",
    ]);
    expect(arranged(items, EVERYTHING, "symbol").map((item) => item.symbol)).toEqual([
      "A",
      "B",
      "C",
    ]);
  });

  it("tells the two sides of a hedged symbol apart", () => {
    const long = position("A", { position_idx: 1 });
    expect(keyOf(long)).not.toBe(keyOf({ ...long, position_idx: 2, side: "Sell" }));
  });
});
