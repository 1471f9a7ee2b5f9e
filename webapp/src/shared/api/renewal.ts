import { getTokens, isTokens, setTokens } from "./session";

/**
 * What came of asking for new tokens: they are here, or the session is over, or the server could
 * not say (its answer tells why). Throws when it cannot be reached; the session then stays.
 */
export type Renewal = { kind: "renewed" } | { kind: "over" } | { kind: "unsaid"; answer: Response };

let underway: Promise<Renewal> | null = null;

/** Renews the session, once at a time, whoever asks. */
export function renewSession(language: string): Promise<Renewal> {
  underway ??= ask(language).finally(() => {
    underway = null;
  });
  return underway;
}

async function ask(language: string): Promise<Renewal> {
  const tokens = getTokens();
  if (!tokens) return { kind: "over" };
  const answer = await fetch(
    new Request(`${location.origin}/api/auth/refresh`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${tokens.refresh_token}`,
        "Accept-Language": language,
      },
    }),
  );
  if (answer.ok) {
    const renewed: unknown = await answer.json();
    if (isTokens(renewed)) {
      setTokens(renewed);
      return { kind: "renewed" };
    }
  }
  if (answer.status !== 401) return { kind: "unsaid", answer };
  setTokens(null);
  return { kind: "over" };
}
