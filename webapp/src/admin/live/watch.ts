import { api, unwrap } from "@/shared/api/client";
import type { Overview } from "../types";
import { pauseAfter, pictureOf } from "./picture";

const WATCH = JSON.stringify({ action: "watch", what: "workers" });
/** Nothing came for so long, where something comes each second: the line is dead. */
const SILENT_MS = 8000;

/** Keeps a socket open and tells what comes, until the returned function is called. */
export function watch(tell: (picture: Overview) => void, became: (open: boolean) => void) {
  let socket: WebSocket | null = null;
  let failures = 0;
  let stopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  async function come() {
    try {
      const { ticket } = await unwrap(api.POST("/api/ws-ticket"));
      if (!stopped) open(ticket);
    } catch {
      lost();
    }
  }

  function open(ticket: string) {
    const query = new URLSearchParams({ ticket });
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws?${query}`);
    socket = opened;
    opened.onopen = () => opened.send(WATCH);
    opened.onmessage = ({ data }) => {
      const picture = pictureOf(data);
      if (picture === null) return;
      failures = 0;
      clearTimeout(silence);
      silence = setTimeout(() => opened.close(), SILENT_MS);
      became(true);
      tell(picture);
    };
    opened.onclose = () => lost();
  }

  function lost() {
    clearTimeout(silence);
    socket = null;
    if (stopped) return;
    became(false);
    retry = setTimeout(() => void come(), pauseAfter(failures, Math.random()));
    failures += 1;
  }

  void come();
  return () => {
    stopped = true;
    clearTimeout(retry);
    clearTimeout(silence);
    socket?.close();
  };
}
