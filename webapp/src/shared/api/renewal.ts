import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { beginSession, endSession, isSignedIn } from "./session";
import { stamp } from "./stamp";

// Without the session's own handling: a refusal here must not ask for another renewal.
const bare = createClient<paths>({ baseUrl: location.origin });

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
  if (!isSignedIn()) return { kind: "over" };
  const headers = new Headers({ "Accept-Language": language });
  stamp(headers, "refresh");
  const { data, error, response } = await bare.POST("/api/auth/refresh", { headers });
  if (response.ok) {
    beginSession(data);
    return { kind: "renewed" };
  }
  if (response.status !== 401) {
    return { kind: "unsaid", answer: Response.json(error, { status: response.status }) };
  }
  endSession();
  return { kind: "over" };
}
