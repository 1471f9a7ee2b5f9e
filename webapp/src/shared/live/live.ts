import i18next from "i18next";
import { connect, type LiveState, type News } from "./connection";
import type { Told } from "./messages";
import { keepPlace } from "./place";
import { pollEvents } from "./polling";

type Handlers = { [Kind in keyof Told]: Set<(told: Told[Kind]) => void> };

const handlers: Handlers = {
  live_out: new Set(),
  toast: new Set(),
  job: new Set(),
  status: new Set(),
  reload: new Set(),
};
const watchers = new Set<() => void>();
let state: LiveState = "connecting";

export function liveState(): LiveState {
  return state;
}

export function onLiveState(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Hears of what is told from now on. */
export function onLive<Kind extends keyof Told>(
  kind: Kind,
  handler: (told: Told[Kind]) => void,
): () => void {
  handlers[kind].add(handler);
  return () => handlers[kind].delete(handler);
}

function become(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher();
}

function pass<Kind extends keyof Told>(kind: Kind, told: Told[Kind]): void {
  for (const handler of handlers[kind]) handler(told);
}

function tell(news: News): void {
  if (news.type === "reload") pass("reload", null);
  else if (news.type === "job") pass("job", news.data);
  else if (news.type === "status") pass("status", news.data);
  else if (news.type === "live_out") pass("live_out", news.data);
  // A younger server may tell of more kinds.
  else if (news.type === "toast") pass("toast", { title: news.title });
}

/** Keeps this tab told of what concerns a person, until the returned function is called. */
export function startLive(person: string): () => void {
  const keeper = keepPlace(person);
  let polling: AbortController | null = null;

  function became(next: LiveState) {
    become(next);
    polling?.abort();
    polling = null;
    if (next !== "away") return;
    // A proxy that lets no socket through lets requests through.
    polling = new AbortController();
    void pollEvents({ keeper, tell }, polling.signal);
  }
  let hangUp = connect({ keeper, tell, became });
  function again() {
    hangUp();
    became("connecting");
    hangUp = connect({ keeper, tell, became });
  }
  // A socket speaks the language that it was opened in.
  i18next.on("languageChanged", again);
  return () => {
    i18next.off("languageChanged", again);
    hangUp();
    became("connecting");
  };
}
