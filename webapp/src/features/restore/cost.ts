import Big from "big.js";
import type { PlanLeg } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";

/** Decimal text by coin. */
export type Amounts = Readonly<Record<string, string>>;

const DOLLARS: ReadonlySet<string> = new Set(["USDT", "USDC", "USD"]);
const CENT = "0.01";

/** Dollars to cents, but never to nothing; other coins to eight decimals. */
export function rounded(amount: string, coin: string): string {
  const exact = decimal(amount);
  const decimals = DOLLARS.has(coin) && exact.abs().gte(CENT) ? 2 : 8;
  const round = exact.round(decimals, Big.roundHalfEven);
  return round.eq(0) ? "0" : round.toFixed(decimals === 2 ? 2 : undefined);
}

/** What is paid, as a change of the balance. */
export function negated(amounts: Amounts): Amounts {
  return Object.fromEntries(
    Object.entries(amounts).map(([coin, amount]) => [coin, decimal(amount).times(-1).toFixed()]),
  );
}

/** The coins in which there is something to tell; one of them where all come to nothing. */
export function told(amounts: Amounts): [coin: string, amount: string][] {
  const all = Object.entries(amounts);
  const some = all.filter(([, amount]) => !decimal(amount).eq(0));
  return some.length > 0 ? some : all.slice(0, 1);
}

/**
 * The whole net in dollars, by each leg's own price; null where a leg's share is not known. A leg
 * that settles in a coin is an inverse contract's, priced in dollars for that coin.
 */
export function inDollars(legs: readonly PlanLeg[]): string | null {
  let sum = new Big(0);
  for (const leg of legs) {
    if (leg.state !== "planned") continue;
    if (leg.leg_net === null) return null;
    sum = sum.plus(decimal(leg.leg_net).times(DOLLARS.has(leg.settle_coin) ? 1 : leg.price));
  }
  return sum.toFixed();
}

/** Whether coming back now is better than never having left, by the net in each coin. */
export function verdictOf(net: Amounts): "cheaper" | "dearer" | "mixed" | "even" {
  const amounts = Object.values(net).map(decimal);
  const gains = amounts.some((amount) => amount.gt(0));
  const losses = amounts.some((amount) => amount.lt(0));
  if (gains && losses) return "mixed";
  if (gains) return "cheaper";
  return losses ? "dearer" : "even";
}
