import type { RoundTrip } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";

/** Whether stepping aside saved money, cost some, did both (in different coins), or neither. */
export type Verdict = "saved" | "cost" | "mixed" | "even";

export function verdictOf(net: RoundTrip["net"]): Verdict {
  const amounts = Object.values(net).map(decimal);
  const saved = amounts.some((amount) => amount.gt(0));
  const cost = amounts.some((amount) => amount.lt(0));
  if (saved && cost) return "mixed";
  if (saved) return "saved";
  return cost ? "cost" : "even";
}

/** The other sign: fees are counted as costs, and shown as what they do to the result. */
export function negated(amounts: Record<string, string>): Record<string, string> {
  return mapped(amounts, (amount) => decimal(amount).times(-1).toFixed());
}

/** Without signs, for sentences whose words already say which way. */
export function absolute(amounts: Record<string, string>): Record<string, string> {
  return mapped(amounts, (amount) => decimal(amount).abs().toFixed());
}

function mapped(amounts: Record<string, string>, change: (amount: string) => string) {
  return Object.fromEntries(
    Object.entries(amounts).map(([coin, amount]) => [coin, change(amount)]),
  );
}
