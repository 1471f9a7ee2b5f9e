import { retrieveRawLaunchParams } from "@tma.js/sdk-react";

/** What Telegram started the page with (`tgWebApp…`); empty in a plain browser. */
export function launchParams(): URLSearchParams {
  // Read here first: the library also wants to store them, which throws in a frame without storage.
  const fragment = new URLSearchParams(location.hash.slice(1));
  if (fragment.has("tgWebAppData")) return fragment;
  try {
    return new URLSearchParams(retrieveRawLaunchParams());
  } catch {
    return new URLSearchParams();
  }
}

/** Telegram's signed sign-in data, or null in a plain browser. */
export function initData(): string | null {
  return launchParams().get("tgWebAppData") || null;
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
