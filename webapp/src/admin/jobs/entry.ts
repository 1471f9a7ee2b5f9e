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
  restored: "good",
  completed: "good",
  acknowledged: "plain",
  partially_filled: "odd",
  partially_completed: "odd",
  cancelled: "odd",
  skipped: "odd",
  // Nobody can say, or not now.
  unknown: "odd",
  intended: "odd",
  never_reached: "bad",
  rejected: "bad",
  failed: "bad",
  refused: "bad",
};
const OUTCOMES: Record<string, Tone> = {
  answered: "plain",
  busy: "odd",
  unreachable: "odd",
};
const CHECKS: Record<string, Tone> = {
  agrees: "good",
  nothing_sent: "plain",
  out_of_reach: "odd",
};
const ENDING: ReadonlySet<string> = new Set([
  "answered",
  "protected",
  "settled",
  "leg_ended",
  "ended",
  "message_sent",
]);

export function toneOf(entry: Entry): Tone {
  const { state, outcome, code, found } = entry.facts;
  if (entry.kind === "called") return OUTCOMES[outcome ?? ""] ?? "bad";
  if (entry.kind === "verified") return CHECKS[code ?? ""] ?? "bad";
  // Before look-ups said so themselves, an order that stayed unknown was one that none found.
  if (entry.kind === "looked_up") return found || state === "unknown" ? "odd" : "plain";
  if (ENDING.has(entry.kind) && state !== undefined) return ENDS[state] ?? "plain";
  return TONES[entry.kind] ?? "plain";
}

/** Milliseconds since the entry before; null for the first. */
export function sincePrevious(entries: readonly Entry[], place: number): number | null {
  const before = entries[place - 1];
  const here = entries[place];
  return before && here ? Date.parse(here.at) - Date.parse(before.at) : null;
}

/** Whether it is of another day, in the device's zone, than the entry before; true of the first. */
export function beginsDay(entries: readonly Entry[], place: number): boolean {
  const [before, here] = [entries[place - 1], entries[place]];
  const day = (entry: Entry) => new Date(entry.at).toDateString();
  return here !== undefined && (before === undefined || day(before) !== day(here));
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
