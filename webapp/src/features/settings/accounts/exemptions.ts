import type { Exemption } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";

/** What was typed as the exchange names symbols: "btc usdt" → "BTCUSDT"; null for no name. */
export function asSymbol(typed: string): string | null {
  const symbol = typed.replace(/[\s/]/g, "").toUpperCase();
  return /^[A-Z0-9-]{2,32}$/.test(symbol) ? symbol : null;
}

/**
 * The quantity to keep, as canonical text. Nothing typed: null, which keeps all of it. Undefined
 * for what is no quantity above 0. Accepts a comma for the decimal point.
 */
export function asKept(typed: string): string | null | undefined {
  const text = typed.replace(/\s/g, "").replace(",", ".");
  if (text === "") return null;
  if (!/^\d{1,24}(\.\d{0,18})?$/.test(text)) return undefined;
  const quantity = decimal(text);
  return quantity.gt(0) ? quantity.toFixed() : undefined;
}

/** The list with the exemption: in the place of the symbol's former one, or at its end. */
export function withExemption(list: readonly Exemption[], one: Exemption): Exemption[] {
  const known = list.some(({ symbol }) => symbol === one.symbol);
  return known
    ? list.map((former) => (former.symbol === one.symbol ? one : former))
    : [...list, one];
}

export function withoutExemption(list: readonly Exemption[], symbol: string): Exemption[] {
  return list.filter((one) => one.symbol !== symbol);
}
