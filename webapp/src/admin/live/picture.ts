import type { Overview } from "../types";

/** How everything stands, out of a socket's message; null for every other message. */
export function pictureOf(raw: unknown): Overview | null {
  if (typeof raw !== "string") return null;
  let told: unknown;
  try {
    told = JSON.parse(raw);
  } catch {
    return null;
  }
  return isPicture(told) ? told.data : null;
}

function isPicture(told: unknown): told is { type: "workers"; data: Overview } {
  return (
    typeof told === "object" &&
    told !== null &&
    "type" in told &&
    told.type === "workers" &&
    "data" in told &&
    typeof told.data === "object" &&
    told.data !== null
  );
}

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait before the next try to connect; `luck` is between 0 and 1. */
export function pauseAfter(failures: number, luck: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  return Math.round(most * (0.5 + luck / 2));
}
