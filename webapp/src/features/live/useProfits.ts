import { useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { useLiveEvent } from "@/shared/live/useLive";
import { takeSignal } from "@/shared/signals/useSignals";

/** Everybody who looks is told at the same moment; they ask within so many milliseconds. */
const SPREAD_MS = 2000;

/** Asks what a settled signal brought: what is told of it says its result alone. */
export function useProfits(): void {
  const queries = useQueryClient();
  useLiveEvent("live_out", ({ id, state }) => {
    if (state !== "settled") return;
    setTimeout(async () => {
      const asked = unwrap(
        api.GET("/api/signals/{signal_id}", { params: { path: { signal_id: id } } }),
      );
      // The result is shown already; a profit that can't be read comes with the next look.
      const signal = await asked.catch(() => null);
      if (signal) takeSignal(queries, signal);
    }, Math.random() * SPREAD_MS);
  });
}
