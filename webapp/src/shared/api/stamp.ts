import { csrfToken } from "./csrf";
import { getTokens, isByCookies, wantsCookies } from "./session";

/**
 * Puts what shows who asks onto a request, and tells what it was: null when signed out. Outside of
 * Telegram the answer to a sign-in is asked for as cookies.
 */
export function stamp(headers: Headers, kind: "access" | "refresh" = "access"): string | null {
  const tokens = getTokens();
  if (tokens) {
    const token = kind === "access" ? tokens.access_token : tokens.refresh_token;
    headers.set("Authorization", `Bearer ${token}`);
    return token;
  }
  if (wantsCookies()) headers.set("X-Session-Mode", "cookie");
  if (!isByCookies()) return null;
  const token = csrfToken() ?? "";
  headers.set("X-CSRF-Token", token);
  return token;
}
