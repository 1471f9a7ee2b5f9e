import { useSyncExternalStore } from "react";

/** Whether the last request reached the server; the browser's own word may be wrong. */
let reached = true;
const listeners = new Set<() => void>();

export function noteReach(now: boolean): void {
  if (now === reached) return;
  reached = now;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useReach(): boolean {
  return useSyncExternalStore(subscribe, () => reached);
}
