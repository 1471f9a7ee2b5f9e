import type { Entry } from "../types";

/** Something that happened to a job, for tests. */
export const anEntry = (
  kind: string,
  facts: Record<string, string> = {},
  more: Partial<Entry> = {},
): Entry => ({
  at: "2026-11-21T10:00:00Z",
  kind,
  leg: null,
  symbol: null,
  attempt: null,
  order_link_id: null,
  facts,
  text: null,
  ...more,
});
