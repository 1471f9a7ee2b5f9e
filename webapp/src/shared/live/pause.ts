const SHORTEST_MS = 2000;
const LONGEST_MS = 30_000;
/** Why the server closed a socket: docs/realtime.md. */
const POLICY = 1008;
const REPLACED = 1012;
const SIGN_IN_ENDED = 4401;
const TOO_MANY = 4429;
const CALM_FAILURES = 3;

/**
 * How long to wait before the next attempt, in milliseconds, after so many failures in a row; null:
 * until something changes. `chance` of [0, 1) keeps tabs from coming all at once.
 */
export function pauseBefore(code: number, failures: number, chance: number): number | null {
  if (code === SIGN_IN_ENDED || code === TOO_MANY) return null;
  if (code === REPLACED && failures === 0) return 0;
  const counted = code === POLICY ? Math.max(failures, CALM_FAILURES) : failures;
  return Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(counted, 10)) * (0.5 + chance / 2);
}
