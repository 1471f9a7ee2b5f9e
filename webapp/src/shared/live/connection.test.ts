import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "./fakeSocket";

const page = new EventTarget();
const doc = Object.assign(new EventTarget(), { cookie: "", visibilityState: "visible" });
const kept = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
});
vi.stubGlobal("location", { origin: "https://ebb.test", hash: "" });
vi.stubGlobal("document", doc);
vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
vi.stubGlobal("WebSocket", FakeSocket);

let asked: URL[] = [];
/** What the server answers to each question for events; null: it can't be reached. */
let events: (object | null)[] = [];
vi.stubGlobal("fetch", async (request: Request) => {
  const url = new URL(request.url);
  if (url.pathname === "/api/ws-ticket") return Response.json({ ticket: `t${asked.length}` });
  asked.push(url);
  const answer = events.shift();
  if (answer) return Response.json(answer);
  return new Promise<Response>((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });
});
const { startLive, onLive, liveState } = await import("./live");
const { connect } = await import("./connection");

const toast = (id: number) => ({ type: "toast", id, title: String(id) });
const event = (id: number) => ({ id, kind: "toast", data: { title: String(id) } });
const newest = () => FakeSocket.newest();
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

let stop: () => void;
let told: string[];
let forget: (() => void)[];
let person = 0;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  FakeSocket.all = [];
  asked = [];
  events = [];
  told = [];
  forget = [
    onLive("toast", ({ title }) => told.push(title)),
    onLive("reload", () => told.push("reload")),
  ];
  person += 1;
  stop = startLive(`p${person}`);
  await pass(0);
});
afterEach(() => {
  stop();
  for (const end of forget) end();
  vi.useRealTimers();
});

describe("the socket", () => {
  it("is open once it was greeted, and begins with what comes", () => {
    expect(liveState()).toBe("connecting");
    expect(newest().query.has("after")).toBe(false);
    newest().greets(7);
    expect(liveState()).toBe("open");
    newest().tells(toast(8), toast(9));
    expect(told).toEqual(["8", "9"]);
  });

  it("goes on where it stopped, and tells nothing twice", async () => {
    newest().greets(7);
    newest().tells(toast(8));
    newest().closes(1001);
    expect(liveState()).toBe("connecting");
    await pass(1000);
    expect(newest().query.get("after")).toBe("8");
    expect(newest().query.get("epoch")).toBe("e");
    newest().greets(10, true);
    newest().tells(toast(8), toast(10));
    expect(told).toEqual(["8", "10"]);
  });

  it("goes on in a page that was loaded anew, for the same person only", async () => {
    newest().greets(7);
    stop();
    stop = startLive(`p${person}`);
    await pass(0);
    expect(newest().query.get("after")).toBe("7");
    stop();
    stop = startLive("another");
    await pass(0);
    expect(newest().query.has("after")).toBe(false);
  });

  it("loads anew once where it can't go on", async () => {
    newest().greets(7);
    newest().closes(1001);
    await pass(1000);
    newest().greets(3, false, "other");
    newest().tells({ type: "reload" }, toast(4));
    expect(told).toEqual(["reload", "4"]);
    expect(newest().said).toEqual([]);
    // Out of the blue: the ids begin anew, from where only another hello tells.
    newest().tells({ type: "reload" });
    expect(newest().said).toEqual([{ type: "resume", after: 4, epoch: "other" }]);
    newest().greets(1, false, "third");
    newest().tells(toast(2));
    expect(told).toEqual(["reload", "4", "reload", "2"]);
  });

  it("comes back ever more slowly, at once when it was replaced, and not when it was unwanted", async () => {
    const waits = [];
    for (let n = 0; n < 7; n += 1) {
      const began = Date.now();
      const before = FakeSocket.all.length;
      newest().closes(1006);
      while (FakeSocket.all.length === before) await pass(500);
      waits.push(Date.now() - began);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    newest().greets(7);
    // What held for a while was no failure.
    await pass(9_000);
    newest().tells({ type: "pong" });
    await pass(2_000);
    newest().closes(1012);
    await pass(0);
    expect(FakeSocket.all).toHaveLength(9);
    newest().greets(7, true);
    newest().closes(4429);
    await pass(120_000);
    expect(FakeSocket.all).toHaveLength(9);
    // The person looks at this page again.
    doc.dispatchEvent(new Event("visibilitychange"));
    await pass(0);
    expect(FakeSocket.all).toHaveLength(10);
  });

  it("comes back at once with the network, and tries at once when that seems gone", async () => {
    newest().greets(7);
    page.dispatchEvent(new Event("offline"));
    await pass(0);
    expect(FakeSocket.all.map((one) => one.isClosed)).toEqual([true, false]);
    newest().closes(1006);
    page.dispatchEvent(new Event("online"));
    await pass(0);
    expect(FakeSocket.all).toHaveLength(3);
  });

  it("says every two seconds at most what arrived", async () => {
    newest().greets(7);
    newest().tells(toast(8), toast(9));
    await pass(2000);
    newest().tells(toast(10));
    await pass(1999);
    expect(newest().said).toEqual([{ type: "ack", id: 9 }]);
    await pass(1);
    expect(newest().said).toHaveLength(2);
  });

  it("is asked whether it is there, and given up when it is silent", async () => {
    newest().greets(7);
    await pass(25_000);
    expect(newest().said).toEqual([{ type: "ping" }]);
    newest().tells({ type: "pong" });
    await pass(25_000 + 9_999);
    expect(liveState()).toBe("open");
    await pass(1);
    expect(liveState()).toBe("connecting");
    expect(newest().isClosed).toBe(true);
  });
});

describe("without a socket", () => {
  const answer = (last: number, ...ids: number[]) => ({
    items: ids.map(event),
    last,
    epoch: "e",
    trimmed_to: 0,
  });

  it("events are asked for after five seconds, until it opens again", async () => {
    newest().greets(7);
    newest().tells(toast(8));
    newest().closes(4429);
    events = [answer(10, 9, 10)];
    await pass(4999);
    expect([liveState(), asked.length]).toEqual(["connecting", 0]);
    await pass(1);
    expect(liveState()).toBe("away");
    expect(asked[0]?.searchParams.get("after")).toBe("8");
    expect(told).toEqual(["8", "9", "10"]);
    await pass(1000);
    expect(asked[1]?.searchParams.get("after")).toBe("10");
    expect(asked[1]?.searchParams.get("wait")).toBe("20");
    doc.dispatchEvent(new Event("visibilitychange"));
    await pass(0);
    newest().greets(11, true);
    newest().tells(toast(10), toast(11));
    await pass(30_000);
    expect(told).toEqual(["8", "9", "10", "11"]);
    expect(asked).toHaveLength(2);
  });

  it("somebody who has heard nothing yet begins with what comes", async () => {
    newest().closes(4429);
    events = [answer(40), answer(41, 41), answer(3)];
    await pass(8000);
    expect(asked.map((url) => url.searchParams.get("after")).slice(1)).toEqual(["40", "41", "3"]);
    // The third told of an older stream.
    expect(told).toEqual(["41", "reload"]);
  });

  it("nothing is asked while nobody looks", async () => {
    newest().closes(4429);
    doc.visibilityState = "hidden";
    await pass(60_000);
    expect(asked).toHaveLength(0);
    doc.visibilityState = "visible";
    doc.dispatchEvent(new Event("visibilitychange"));
    await pass(0);
    expect(asked).toHaveLength(1);
  });
});

describe("a page that shows no events", () => {
  it("says its wish each time it opens, and of no event that it came", async () => {
    stop();
    const came: string[] = [];
    const watch = { action: "watch", what: "workers" } as const;
    const end = connect({
      keeper: null,
      wish: watch,
      tell: ({ type }) => came.push(type),
      became: () => {},
    });
    await pass(0);
    for (const _ of [1, 2]) {
      expect(newest().query.has("after")).toBe(false);
      newest().greets(7);
      newest().tells(toast(8), { type: "workers", data: {} }, { type: "workers" });
      await pass(5000);
      expect(newest().said).toEqual([watch]);
      newest().closes(1012);
      await pass(2000);
    }
    expect(came).toEqual(["workers", "workers"]);
    end();
  });
});
