import type { Signal } from "@/shared/api/types";
import type { LiveSignal } from "@/shared/live/messages";

/** The signal as it is now; what is not told stays as it was known. `now` is an ISO moment. */
export function signalOf(told: LiveSignal, known: Signal | undefined, now: string): Signal {
  const state = told.state ?? "live";
  return {
    post_state: "sending",
    pin_state: "owed",
    message_id: null,
    error: null,
    created_at: now,
    ...known,
    id: told.id,
    type: told.type,
    name: told.name,
    market_id: told.marketId,
    confidence: String(told.confidence),
    ev: String(told.ev),
    sport: told.sport ?? null,
    market: told.market ?? null,
    expires_at: new Date(told.expiresAt).toISOString(),
    state,
    result: told.result ?? null,
    pnl: told.pnl ?? null,
    ended_at: state === "live" ? null : (known?.ended_at ?? now),
  };
}
