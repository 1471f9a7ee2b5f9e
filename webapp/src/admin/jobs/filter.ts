/** Which jobs are wanted; empty text restricts nothing. */
export interface Wanted {
  state: string;
  kind: string;
  since: Since;
  q: string;
}

export const SINCE = ["hour", "day", "week", "ever"] as const;
export type Since = (typeof SINCE)[number];

export const STATES = [
  "queued",
  "planning",
  "executing",
  "completed",
  "partially_completed",
  "failed",
  "cancelled",
] as const;
type State = (typeof STATES)[number];
const OPEN: State[] = ["queued", "planning", "executing"];
const KINDS = ["reduce", "restore"] as const;

export const EVERYTHING: Wanted = { state: "", kind: "", since: "ever", q: "" };

const HOURS = { hour: 1, day: 24, week: 168 } as const;

/** The query that asks for them; `now` in milliseconds, cut to the minute so that it stays one. */
export function queryOf({ state, kind, since, q }: Wanted, now: number) {
  const minute = Math.floor(now / 60_000) * 60_000;
  return {
    state: state === "open" ? OPEN : STATES.filter((one) => one === state),
    kind: KINDS.find((one) => one === kind),
    since: since === "ever" ? undefined : new Date(minute - HOURS[since] * 3_600_000).toISOString(),
    q: q.trim() || undefined,
    limit: 25,
  };
}
