import type { Job, Leg } from "@/shared/api/types";

/** A filled leg of a reduce, but for what is given. */
export function aLeg(given: Partial<Leg> = {}): Leg {
  return {
    id: "018f0000-0000-7000-8000-000000000002",
    seq: 0,
    symbol: "BTCUSDT",
    category: "linear",
    position_side: "Buy",
    side: "Sell",
    position_idx: 0,
    reduce_only: true,
    size_before: "0.04",
    qty_planned: "0.01",
    qty_filled: "0.01",
    notional_planned: "640",
    avg_price: "64012.333333333",
    fee: { USDT: "0.352068" },
    state: "filled",
    reason: null,
    reason_text: null,
    attempts: 1,
    protection: null,
    sent_at: "2026-11-21T10:00:03Z",
    ack_ms: 120,
    fill_ms: 340,
    order_ids: ["a-1"],
    ...given,
  };
}

/** A completed reduce of one position by a quarter, but for what is given. */
export function aJob(given: Partial<Job> = {}): Job {
  return {
    id: "018f0000-0000-7000-8000-000000000001",
    kind: "reduce",
    market_type: "futures",
    account_id: "018f0000-0000-7000-8000-000000000003",
    state: "completed",
    percent: "25",
    effective_percent: "25",
    error: null,
    wait: null,
    created_at: "2026-11-21T10:00:00Z",
    not_before: null,
    started_at: "2026-11-21T10:00:03Z",
    finished_at: "2026-11-21T10:00:04Z",
    cancel_requested: false,
    version: 7,
    progress: { legs_total: 1, legs_done: 1, percent: 100 },
    legs: [aLeg()],
    receipt: {
      legs_filled: 1,
      legs_partially_filled: 0,
      legs_rejected: 0,
      legs_skipped: 0,
      legs_cancelled: 0,
      notional_filled: "640.12",
      fees: { USDT: "0.352068" },
      effective_percent: "25",
      duration_ms: 4000,
      ack_ms: 120,
      fill_ms: 340,
      unprotected: [],
      round_trip: null,
    },
    verification: null,
    ...given,
  };
}
