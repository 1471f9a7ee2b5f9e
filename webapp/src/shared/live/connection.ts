import { api, unwrap } from "@/shared/api/client";
import { noLongerThan } from "@/shared/api/patience";
import { type Line, openLine } from "./line";
import { type Frame, isEvent, type Said } from "./messages";
import { pauseBefore } from "./pause";
import type { Keeper } from "./place";

/** "connecting": not open, but not for long yet; "away": for so long that other ways are gone. */
export type LiveState = "open" | "connecting" | "away";

const TICKET_MS = 10_000;
const AWAY_MS = 5000;
/** What was open for so long was no failure. */
const STEADY_MS = 10_000;
const FAILED = 1006;

export type News = Exclude<Frame, { type: "hello" | "pong" }>;

interface Ends {
  /** Knows which events have come; null: this page shows none, and says of none that it came. */
  keeper: Keeper | null;
  /** What came, each event once and in order. */
  tell: (news: News) => void;
  became: (state: LiveState) => void;
  /** What this page says first, each time the socket opens. */
  wish?: Said;
}

/** Keeps a socket open, whatever happens around it, until the returned function is called. */
export function connect({ keeper, tell, became, wish }: Ends): () => void {
  const stopping = new AbortController();
  let state: LiveState = "connecting";
  let line: Line | null = null;
  let coming = false;
  let failures = 0;
  let openedAt = 0;
  let refused = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  function become(next: LiveState) {
    clearTimeout(leaving);
    if (next === "connecting") leaving = setTimeout(() => become("away"), AWAY_MS);
    if (next === state) return;
    state = next;
    became(state);
  }

  async function come() {
    if (coming || line) return;
    coming = true;
    clearTimeout(retry);
    try {
      const { ticket } = await noLongerThan(TICKET_MS, stopping.signal, (signal) =>
        unwrap(api.POST("/api/ws-ticket", { signal })),
      );
      if (stopping.signal.aborted) return;
      line = openLine(address(ticket, keeper), { acks: keeper !== null, heard, lost });
    } catch {
      lost(FAILED);
    } finally {
      coming = false;
    }
  }

  function lost(code: number) {
    line = null;
    if (stopping.signal.aborted) return;
    if (state === "open") {
      if (Date.now() - openedAt >= STEADY_MS) failures = 0;
      become("connecting");
    }
    const pause = pauseBefore(code, failures, Math.random());
    failures += 1;
    if (pause !== null) retry = setTimeout(() => void come(), pause);
  }

  function heard(frame: Frame) {
    if (isEvent(frame)) {
      if (keeper?.passes(frame.id)) tell(frame);
    } else if (frame.type === "hello") {
      greet(frame);
    } else if (frame.type === "reload") {
      tell(frame);
      // It came out of the blue: only another hello tells where to go on.
      const place = keeper?.place();
      if (!refused && place) line?.say({ type: "resume", ...place });
      refused = false;
    } else if (frame.type !== "pong") {
      tell(frame);
    }
  }

  function greet({ epoch, last, resumed }: Extract<Frame, { type: "hello" }>) {
    const place = keeper?.place();
    refused = Boolean(place) && !resumed;
    keeper?.begin({ epoch, after: resumed && place ? place.after : last });
    if (state === "open") return;
    openedAt = Date.now();
    if (wish) line?.say(wish);
    become("open");
  }

  function look({ type }: Event) {
    if (type === "visibilitychange" && document.visibilityState === "hidden") return;
    if (line && type !== "offline") {
      line.probe();
      return;
    }
    // The browser's word may be wrong: an attempt tells.
    if (line) {
      line.hangUp();
      lost(FAILED);
    }
    void come();
  }

  addEventListener("online", look);
  addEventListener("offline", look);
  document.addEventListener("visibilitychange", look);
  become("connecting");
  void come();
  return () => {
    stopping.abort();
    clearTimeout(retry);
    clearTimeout(leaving);
    line?.hangUp();
    removeEventListener("online", look);
    removeEventListener("offline", look);
    document.removeEventListener("visibilitychange", look);
  };
}

function address(ticket: string, keeper: Keeper | null): string {
  const place = keeper?.place();
  const query = new URLSearchParams({ ticket });
  if (place) query.set("after", String(place.after));
  if (place?.epoch) query.set("epoch", place.epoch);
  return `${location.origin.replace(/^http/, "ws")}/ws?${query}`;
}
