import type { Signal } from "@/shared/api/types";

const SOON_MS = 2500;
const REFRESH_MS = 30_000;

/** Whether its message in the chat is on its way somewhere. */
export function isUnderWay(signal: Signal): boolean {
  const { post_state: post, pin_state: pin, error, state } = signal;
  if (post === "sending" || (post === "sent" && pin === "owed")) return true;
  // One that ended is to be unpinned.
  return state !== "live" && pin === "pinned" && error === null;
}

/** Signals whose message changes are looked at often. */
export function everyFewSeconds(signals: readonly Signal[]): number {
  return signals.some(isUnderWay) ? SOON_MS : REFRESH_MS;
}
