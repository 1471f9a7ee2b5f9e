import { useQueryClient } from "@tanstack/react-query";
import { useLiveEvent } from "@/shared/live/useLive";
import { signalOf } from "@/shared/signals/told";
import { knownSignal, takeSignal } from "@/shared/signals/useSignals";

/** Takes what is told of signals into what the page knows of them. */
export function useSignalNews(): void {
  const queries = useQueryClient();
  useLiveEvent("live_out", (told) => {
    const now = new Date().toISOString();
    takeSignal(queries, signalOf(told, knownSignal(queries, told.id), now));
  });
}
