import type { Job, Overview, Signal, SignalResult } from "@/shared/api/types";

/** A signal as open apps are told of it; `state` and `result` only once it is not live any more. */
export interface LiveSignal {
  id: string;
  type: string;
  name: string;
  marketId: string;
  confidence: number;
  ev: number;
  sport?: string;
  market?: string;
  /** In milliseconds. */
  expiresAt: number;
  state?: Signal["state"];
  result?: SignalResult;
  /** What it brought, as decimal text. */
  pnl?: string;
}

/** How the service stands, and the person's own day: the last three. */
export interface LiveStatus {
  running: boolean;
  /** In seconds. */
  uptime: number;
  activeUsers: number;
  messagesProcessed: number;
  alertsSent: number;
  queueDepth: number;
  workers: number | null;
  sessionPnL: number;
  sessionTrades: number;
  /** In milliseconds. */
  lastTrade: number | null;
}

/** What is told to the page, by kind. */
export interface Told {
  live_out: LiveSignal;
  toast: { title: string };
  job: Job;
  status: LiveStatus;
  /** What was missed can't be told any more: load anew what is shown. */
  reload: null;
}

/** A durable event: told once and in the order of its ids. */
export type LiveEvent =
  | { type: "live_out"; id: number; data: LiveSignal }
  | { type: "toast"; id: number; title: string };

/** What the server says over the socket. */
export type Frame =
  | { type: "hello"; epoch: string; last: number; resumed: boolean }
  | { type: "pong" }
  | { type: "reload" }
  | { type: "job"; data: Job }
  | { type: "status"; data: LiveStatus }
  | { type: "workers"; data: Overview }
  | LiveEvent;

/** What the page says. */
export type Said =
  | { type: "ping" }
  | { type: "ack"; id: number }
  | { type: "resume"; after: number; epoch: string | null }
  | { action: "watch"; what: "workers" };

/** What the text says; null where it is no JSON. */
export function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether it is a durable event, of whatever kind. */
export function isEvent(value: unknown): value is LiveEvent {
  return isObject(value) && typeof value.type === "string" && typeof value.id === "number";
}

/** Whether the server says it; that it keeps to its own words is believed. */
export function isFrame(value: unknown): value is Frame {
  if (!isObject(value)) return false;
  switch (value.type) {
    case "hello":
      return typeof value.last === "number" && typeof value.epoch === "string";
    case "pong":
    case "reload":
      return true;
    case "job":
    case "status":
    case "workers":
      return isObject(value.data);
    default:
      return isEvent(value);
  }
}
