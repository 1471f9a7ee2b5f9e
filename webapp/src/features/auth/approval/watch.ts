/** What one look at a request told: the server's word, or that it failed with an HTTP status. */
export type Heard =
  | { status: "pending" | "approved" | "rejected" | "expired" }
  | { failed: number };

export type Ending = "approved" | "rejected" | "expired";

const SHORTEST_MS = 1000;
const LONGEST_MS = 8000;
/** The server's clock decides; ours only ends what it can't be asked about. */
const GRACE_MS = 15_000;

interface Ways {
  /** Looks once; the server may hold the answer back until there is news. */
  look: () => Promise<Heard>;
  rest: (milliseconds: number) => Promise<void>;
  now: () => number;
}

/**
 * Looks again and again until the request has ended; `until`: when it runs out, as `now` counts.
 * Rejects only with what `look` or `rest` reject with.
 */
export async function watch(until: number, { look, rest, now }: Ways): Promise<Ending> {
  let failures = 0;
  for (;;) {
    const began = now();
    const heard = await look();
    if ("status" in heard) {
      if (heard.status !== "pending") return heard.status;
      failures = 0;
    } else {
      // The browser's own mark of this request is gone: nobody can answer it any more.
      if (heard.failed === 404) return "expired";
      failures += 1;
    }
    if (now() > until + GRACE_MS) return "expired";
    await rest(restAfter(failures, now() - began));
  }
}

/** How long to wait before the next look: not at all after one that the server held long enough. */
function restAfter(failures: number, took: number): number {
  if (failures > 0) return Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (failures - 1));
  return Math.max(0, SHORTEST_MS - took);
}
