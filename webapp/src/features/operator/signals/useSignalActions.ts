import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { answered, openIntent, sending } from "@/shared/api/intent";
import type { Signal, SignalChange, SignalIn, SignalResult } from "@/shared/api/types";
import { takeSignal } from "@/shared/signals/useSignals";

const SIGNAL = "signal";

function useTaken() {
  const queries = useQueryClient();
  return (signal: Signal) => takeSignal(queries, signal);
}

/** Tells everybody of a new one; the same again after a lost answer is the same signal. */
export function useCreateSignal() {
  const onSuccess = useTaken();
  return useMutation({
    mutationFn: async (body: SignalIn) => {
      const intent = openIntent(SIGNAL, body);
      sending(SIGNAL, intent);
      try {
        const signal = await unwrap(
          api.POST("/api/signals", { params: { header: { "Idempotency-Key": intent.key } }, body }),
        );
        answered(SIGNAL);
        return signal;
      } catch (error) {
        answered(SIGNAL, error);
        throw error;
      }
    },
    gcTime: 0,
    onSuccess,
  });
}

export function useChangeSignal(signal: Signal) {
  const onSuccess = useTaken();
  return useMutation({
    mutationFn: (body: SignalChange) =>
      unwrap(
        api.PATCH("/api/signals/{signal_id}", { params: { path: { signal_id: signal.id } }, body }),
      ),
    onSuccess,
  });
}

export function useCloseSignal(signal: Signal) {
  const onSuccess = useTaken();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/signals/{signal_id}/close", { params: { path: { signal_id: signal.id } } }),
      ),
    onSuccess,
  });
}

/** `pnl` is decimal text; null where none is told. */
export function useSettleSignal(signal: Signal) {
  const onSuccess = useTaken();
  return useMutation({
    mutationFn: (body: { result: SignalResult; pnl: string | null }) =>
      unwrap(
        api.POST("/api/signals/{signal_id}/settle", {
          params: { path: { signal_id: signal.id } },
          body,
        }),
      ),
    onSuccess,
  });
}
