import { retrieveRawInitData } from "@tma.js/bridge";

/** Telegram's signed sign-in data, or null in a plain browser. */
export function initData(): string | null {
  try {
    return retrieveRawInitData() ?? null;
  } catch {
    return null;
  }
}

/** The language Telegram (or the browser) speaks. */
export function spokenLanguage(): string {
  const user = new URLSearchParams(initData() ?? "").get("user");
  if (user) {
    try {
      const described: unknown = JSON.parse(user);
      if (typeof described === "object" && described && "language_code" in described) {
        return String(described.language_code);
      }
    } catch {
      // Not JSON: the server will refuse the sign-in; the language falls back.
    }
  }
  return navigator.language;
}
