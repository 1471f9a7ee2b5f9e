/** What the link alone does not do: a proof that whoever opens it asked for it, a second factor. */
export type Step = "password" | "code";

// A sign-in that ran out and could not be renewed is as good as none.
const OF_PASSWORD: ReadonlySet<string> = new Set([
  "password_required",
  "bad_credentials",
  "token_expired",
]);

/** What is asked for after a refusal; once asked for it stays, whatever else goes wrong. */
export function stepAfter(before: Step | null, code: string | undefined): Step | null {
  if (code === undefined) return before;
  if (OF_PASSWORD.has(code)) return "password";
  return code === "totp_required" ? "code" : before;
}

/** Whether a refusal only asks for the step: there is nothing wrong to tell of. */
export function onlyAsks(code: string | undefined): boolean {
  return code === "password_required" || code === "token_expired" || code === "totp_required";
}
