import { useEffect } from "react";
import type { Signal } from "@/shared/api/types";
import { deviceMemory } from "@/shared/storage";
import { newerThan, newestOf } from "./listing";
import { useLiveSignals } from "./useSignals";

const SEEN = "ebb.live.seen";

/** How many live signals came since the person last looked at them on this device. */
export function useNewSignals(): number {
  return newerThan(useLiveSignals().data ?? [], deviceMemory.read(SEEN));
}

/** These are looked at now. */
export function useMarkSeen(signals: readonly Signal[] | undefined): void {
  const newest = newestOf(signals ?? []);
  useEffect(() => {
    const seen = deviceMemory.read(SEEN);
    if (newest !== null && (seen === null || newest > seen)) deviceMemory.write(SEEN, newest);
  }, [newest]);
}
