import type { JobSummary, MarketType } from "@/shared/api/types";

export type Kind = JobSummary["kind"];
export type State = JobSummary["state"];
/** What a person tells apart: all done, not all of it, still on its way. */
export type Group = "done" | "trouble" | "running";

/** Which jobs; null restricts nothing. */
export interface Filter {
  kind: Kind | null;
  market: MarketType | null;
  group: Group | null;
  accountId: string | null;
}

export const EVERYTHING: Filter = { kind: null, market: null, group: null, accountId: null };

const STATES: Readonly<Record<Group, readonly State[]>> = {
  done: ["completed"],
  trouble: ["partially_completed", "failed", "cancelled"],
  running: ["queued", "planning", "executing"],
};

/** The filter as the API takes it, for the list and for the file. */
export function queryOf({ kind, market, group, accountId }: Filter) {
  return {
    ...(kind && { kind }),
    ...(group && { state: [...STATES[group]] }),
    ...(market && { market_type: market }),
    ...(accountId && { account_id: accountId }),
  };
}

export function isEverything(filter: Filter): boolean {
  return Object.values(filter).every((value) => value === null);
}
