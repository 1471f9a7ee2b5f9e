import { useSyncExternalStore } from "react";

let taken: string | null = null;

/**
 * The token of `#token=…`, taken out of the address bar and out of its history: what stays there
 * could be read over a shoulder, or be shared with the address. Later calls tell the same one.
 */
export function takeToken(): string | null {
  const found = tokenIn(location.hash);
  if (found !== null) {
    taken = found;
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return taken;
}

/** The token in a fragment with its "#"; null without one that could be ours. */
export function tokenIn(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token");
  return token !== null && /^[\x21-\x7e]{8,512}$/.test(token) ? token : null;
}

function subscribe(listener: () => void): () => void {
  // Another link of the same kind, opened in this tab, changes the fragment alone.
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** The token that a mail's link brought. */
export function useMailToken(): string | null {
  return useSyncExternalStore(subscribe, takeToken);
}
