import { useSyncExternalStore } from "react";

/** Where the controls stand beside the list; the style sheet breaks at the same width. */
const wide = matchMedia("(min-width: 900px)");

function subscribe(listener: () => void): () => void {
  wide.addEventListener("change", listener);
  return () => wide.removeEventListener("change", listener);
}

export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches);
}
