import { api, unwrap } from "@/shared/api/client";
import { noLongerThan } from "@/shared/api/patience";
import type { News } from "./connection";
import { isEvent } from "./messages";
import { pauseBefore } from "./pause";
import type { Keeper } from "./place";

const WAIT_SECONDS = 20;
const SILENT_MS = (WAIT_SECONDS + 10) * 1000;
const SHORTEST_MS = 1000;
const AT_ONCE = 200;
const FAILED = 1006;

interface Ends {
  keeper: Keeper;
  /** What came, each event once and in order. */
  tell: (news: News) => void;
}

/** Asks for events again and again, as long as the page is looked at and nobody aborts it. */
export async function pollEvents({ keeper, tell }: Ends, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    await isLookedAt(signal);
    const began = Date.now();
    try {
      const isWhole = await ask({ keeper, tell }, signal);
      failures = 0;
      if (isWhole) await rest(SHORTEST_MS - (Date.now() - began), signal);
    } catch {
      await rest(pauseBefore(FAILED, failures, Math.random()) ?? 0, signal);
      failures += 1;
    }
  }
}

/** One long poll; whether nothing more is there already. */
async function ask({ keeper, tell }: Ends, signal: AbortSignal): Promise<boolean> {
  const place = keeper.place();
  // Whoever has heard nothing yet begins with what comes: after the last, whichever that is.
  const query = place
    ? { after: place.after, wait: WAIT_SECONDS, limit: AT_ONCE }
    : { after: Number.MAX_SAFE_INTEGER };
  const told = await noLongerThan(SILENT_MS, signal, (limited) =>
    unwrap(api.GET("/api/events", { params: { query }, signal: limited })),
  );
  if (signal.aborted) return true;
  const { epoch, last, trimmed_to: trimmedTo } = told;
  if (!place) {
    keeper.begin({ after: last, epoch });
    return true;
  }
  const isSame = epoch === (place.epoch ?? epoch) && trimmedTo <= place.after;
  if (!isSame || last < place.after) {
    keeper.begin({ after: last, epoch });
    tell({ type: "reload" });
    return true;
  }
  for (const { id, kind, data } of told.items) {
    const news: unknown = kind === "toast" ? { ...data, type: kind, id } : { type: kind, id, data };
    if (isEvent(news) && keeper.passes(id)) tell(news);
  }
  return told.items.length < AT_ONCE;
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || milliseconds <= 0) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}

/** A page that nobody looks at holds no thread of the server. */
function isLookedAt(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState === "hidden" && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}
