import { type Frame, isEvent, isFrame, read, type Said } from "./messages";

const HELLO_MS = 10_000;
const PING_MS = 25_000;
const PONG_MS = 10_000;
const ACK_MS = 2000;
/** As if it had been closed without a word. */
const SILENT = 1006;

export interface Line {
  say: (said: Said) => void;
  /** Asks whether the other end is still there: it is lost if nothing comes for a while. */
  probe: () => void;
  /** Ends it without a word to `lost`. */
  hangUp: () => void;
}

interface Ends {
  /** Whether it says which events have come. */
  acks: boolean;
  heard: (frame: Frame) => void;
  /** Once, with the code that it was closed with. */
  lost: (code: number) => void;
}

/** One socket: what comes by it is told, and acked where that is wanted; silence ends it. */
export function openLine(address: string, { acks, heard, lost }: Ends): Line {
  const socket = new WebSocket(address);
  let silence: ReturnType<typeof setTimeout> | undefined;
  let acking: ReturnType<typeof setTimeout> | undefined;
  let newest = 0;
  const pinging = setInterval(probe, PING_MS);

  function say(said: Said) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(said));
  }
  function hangUp() {
    clearTimeout(silence);
    clearTimeout(acking);
    clearInterval(pinging);
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
  function end(code: number) {
    hangUp();
    lost(code);
  }
  function awaitWord(milliseconds: number) {
    silence ??= setTimeout(() => end(SILENT), milliseconds);
  }
  function probe() {
    say({ type: "ping" });
    awaitWord(PONG_MS);
  }
  function note(id: number) {
    newest = id;
    acking ??= setTimeout(() => {
      acking = undefined;
      say({ type: "ack", id: newest });
    }, ACK_MS);
  }

  awaitWord(HELLO_MS);
  socket.onclose = ({ code }) => end(code);
  socket.onmessage = ({ data }) => {
    clearTimeout(silence);
    silence = undefined;
    const frame = read(String(data));
    if (!isFrame(frame)) return;
    if (acks && isEvent(frame)) note(frame.id);
    heard(frame);
  };
  return { say, probe, hangUp };
}
