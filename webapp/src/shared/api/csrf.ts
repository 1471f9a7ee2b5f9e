/**
 * The value that a request by cookie repeats in a header, to show that a page of ours made it. Its
 * cookie lives as long as the sign-in's own, which no script reads: it also tells that there is one.
 */
const NAME = "ebb_csrf";

export function csrfToken(): string | null {
  return cookieIn(NAME, document.cookie);
}

/** A cookie's value out of `document.cookie`; null without it. */
export function cookieIn(name: string, cookies: string): string | null {
  for (const pair of cookies.split(";")) {
    const [key = "", ...rest] = pair.split("=");
    if (key.trim() === name) return rest.join("=").trim() || null;
  }
  return null;
}

export function forgetCsrfToken(): void {
  // biome-ignore lint/suspicious/noDocumentCookie: older browsers have no other way.
  document.cookie = `${NAME}=; Max-Age=0; Path=/; SameSite=Strict`;
}
