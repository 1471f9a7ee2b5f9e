import { decimal } from "@/shared/money/format";

/** Which jobs are confirmed with a PIN or a code: none, those worth more than an amount, all. */
export const KINDS = ["off", "over", "always"] as const;
export type Kind = (typeof KINDS)[number];

/** `over` as the API has it: null for none, "0" for all. */
export function kindOf(over: string | null): Kind {
  if (over === null) return "off";
  return decimal(over).eq(0) ? "always" : "over";
}

/** An amount of dollars as it was typed; null for what is none, and for nothing. */
export function asAmount(typed: string): string | null {
  const plain = typed.replace(/[\s\u00a0$]/g, "").replace(",", ".");
  if (!/^\d{1,12}(\.\d{0,2})?$/.test(plain)) return null;
  const amount = decimal(plain);
  return amount.gt(0) ? amount.toFixed() : null;
}

/** What the choice means to the API; undefined while its amount is none. */
export function overOf(kind: Kind, typed: string): string | null | undefined {
  if (kind === "off") return null;
  if (kind === "always") return "0";
  return asAmount(typed) ?? undefined;
}

/** Whether fewer jobs would be confirmed than now: that takes what they are confirmed with. */
export function asksLess(before: string | null, after: string | null): boolean {
  if (before === null) return false;
  return after === null || decimal(after).gt(decimal(before));
}
