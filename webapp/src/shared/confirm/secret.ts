import { problemOf } from "@/shared/api/problem";
import type { Me } from "@/shared/api/types";
import { asCode } from "./code";

/** By what a person shows that it is them: their PIN, or a code of their authenticator. */
export const METHODS = ["pin", "totp"] as const;
export type Method = (typeof METHODS)[number];

/** What was typed, as the API takes it. Never kept: not with the intent, not in the browser. */
export type Secret = { pin: string } | { code: string };

export function secretOf(method: Method, typed: string): Secret {
  return method === "pin" ? { pin: typed } : { code: asCode(typed) };
}

/** What this person has set up. */
export function methodsOf({ pin, totp }: Pick<Me["second_factors"], "pin" | "totp">): Method[] {
  return METHODS.filter((method) => (method === "pin" ? pin : totp));
}

const WRONG: ReadonlySet<string> = new Set(["pin_wrong", "totp_wrong"]);
const LOCKED: ReadonlySet<string> = new Set(["pin_locked", "too_many_codes"]);

/** Whether what was typed is what was refused, so that it had better be typed anew. */
export function isWrong(error: unknown): boolean {
  return WRONG.has(problemOf(error)?.code ?? "");
}

/**
 * Whether this answer leads to the question for a PIN or a code: none came with the request, or not
 * the right one.
 */
export function asksForSecret(error: unknown): boolean {
  const code = problemOf(error)?.code ?? "";
  return code === "confirmation_required" || WRONG.has(code) || LOCKED.has(code);
}

/** By what this answer says that the person can confirm; null where it doesn't say. */
export function demandedMethods(error: unknown): Method[] | null {
  const named = problemOf(error)?.methods ?? [];
  const known = METHODS.filter((method) => named.includes(method));
  return known.length > 0 ? known : null;
}
