import type { Position } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";

/** Which positions a reduce touches, as chips and check boxes choose them. */
export interface Scope {
  side: "all" | "long" | "short";
  pnl: "all" | "winners" | "losers";
  /** Chosen symbols; none chosen means all. */
  symbols: ReadonlySet<string>;
}

export const EVERYTHING: Scope = { side: "all", pnl: "all", symbols: new Set() };

export const ORDERS = ["value", "pnl", "leverage", "symbol"] as const;
export type Order = (typeof ORDERS)[number];

/** A position's identity within a book: in hedge mode a symbol has two. */
export function keyOf(position: {
  category: string;
  symbol: string;
  position_idx: number;
  side: string;
}): string {
  return [position.category, position.symbol, position.position_idx, position.side].join("|");
}

/** Whether side and profit let a position through; the same rule as the server's. */
export function passes(position: Position, scope: Scope): boolean {
  if (scope.side === "long" && position.side !== "Buy") return false;
  if (scope.side === "short" && position.side !== "Sell") return false;
  if (scope.pnl === "all") return true;
  const profit = decimal(position.unrealised_pnl ?? "0");
  return scope.pnl === "winners" ? profit.gt(0) : profit.lt(0);
}

export function touches(position: Position, scope: Scope): boolean {
  const chosen = scope.symbols.size === 0 || scope.symbols.has(position.symbol);
  return chosen && passes(position, scope);
}

/** The scope as the API takes it. */
export function scopeBody(scope: Scope) {
  const side = { all: [], long: ["Buy" as const], short: ["Sell" as const] }[scope.side];
  return {
    symbols: [...scope.symbols].sort(),
    sides: side,
    pnl: scope.pnl === "all" ? null : scope.pnl,
    categories: [],
    exempt: [],
  };
}

/** The list as asked for: filtered, largest first (or by name). */
export function arranged(positions: readonly Position[], scope: Scope, order: Order): Position[] {
  const shown = positions.filter((position) => passes(position, scope));
  if (order === "symbol") return shown.sort((a, b) => a.symbol.localeCompare(b.symbol));
  const field = { value: "value", pnl: "unrealised_pnl", leverage: "leverage" } as const;
  const of = (position: Position) => decimal(position[field[order]] ?? "0");
  return shown.sort((a, b) => of(b).cmp(of(a)) || a.symbol.localeCompare(b.symbol));
}
