import { useEffect, useRef, useSyncExternalStore } from "react";
import type { LiveState } from "./connection";
import { liveState, onLive, onLiveState } from "./live";
import type { Told } from "./messages";

/** How this tab is told of news: by its socket while that is open. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(onLiveState, liveState);
}

/** Calls the handler with all that is told of one kind while the component is there. */
export function useLiveEvent<Kind extends keyof Told>(
  kind: Kind,
  handler: (told: Told[Kind]) => void,
): void {
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  useEffect(() => onLive(kind, (told) => newest.current(told)), [kind]);
}
