import type { BroadcastIn } from "@/shared/api/types";
import { toUtc } from "../localTime";

/** Telegram takes no longer message; it counts UTF-16 units, as JavaScript does. */
export const MOST_UNITS = 4096;

/** A broadcast as typed. */
export interface Draft {
  text: string;
  /** A topic's number; empty: the live one. */
  topic: string;
  pin: boolean;
  later: boolean;
  /** As `datetime-local` holds it. */
  at: string;
}

export const NOTHING: Draft = { text: "", topic: "", pin: false, later: false, at: "" };

/** The text's length as Telegram counts it: of what will stand in the chat. */
export function unitsOf(text: string): number {
  return text.trim().length;
}

/** What is sent; null while there is no text, too much of it, or no such time or topic. */
export function broadcastBody(draft: Draft): BroadcastIn | null {
  const { text, topic, pin, later } = draft;
  const units = unitsOf(text);
  const at = later ? toUtc(draft.at) : null;
  if (units === 0 || units > MOST_UNITS || (later && at === null)) return null;
  if (topic !== "" && !/^[1-9]\d{0,9}$/.test(topic)) return null;
  return { text, pin, thread_id: topic === "" ? null : Number(topic), at };
}
