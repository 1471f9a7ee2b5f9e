import type { Entry } from "../types";

/** How an entry is drawn: what went well, what did not, what is worth a look. */
export type Tone = "plain" | "good" | "bad" | "odd";

const TONES: Record<string, Tone> = {
  taken_over: "odd",
  cancel_requested: "odd",
  given_back: "odd",
  filled: "good",
};
const ENDS: Record<string, Tone> = {
  filled: "good",
  completed: "good",
  acknowledged: "plain",
  partially_filled: "odd",
  partially_completed: "odd",
  cancelled: "odd",
  skipped: "odd",
  never_reached: "bad",
  rejected: "bad",
  failed: "bad",
  refused: "bad",
};
const ENDING: ReadonlySet<string> = new Set([
  "answered",
  "settled",
  "leg_ended",
  "ended",
  "message_sent",
]);

export function toneOf(entry: Entry): Tone {
  const state = entry.facts.state;
  if (ENDING.has(entry.kind) && state !== undefined) return ENDS[state] ?? "plain";
  return TONES[entry.kind] ?? "plain";
}

/** Milliseconds since the entry before; null for the first. */
export function sincePrevious(entries: readonly Entry[], place: number): number | null {
  const before = entries[place - 1];
  const here = entries[place];
  return before && here ? Date.parse(here.at) - Date.parse(before.at) : null;
}

/** "14:05:07.123" in the device's zone. */
export function clock(at: string): string {
  const moment = new Date(at);
  const two = (count: number) => String(count).padStart(2, "0");
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  return `${time}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}

/** Those of one leg; or all, where a plan of many legs is told as one. */
export function ofLeg(entries: readonly Entry[], leg: number | null): readonly Entry[] {
  return entries.filter((entry) =>
    leg === null ? entry.kind !== "leg_planned" : entry.leg === leg,
  );
}
