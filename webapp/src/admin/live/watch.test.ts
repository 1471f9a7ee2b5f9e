import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeSocket } from "@/shared/live/fakeSocket";

const doc = Object.assign(new EventTarget(), { cookie: "", visibilityState: "visible" });
vi.stubGlobal("location", { origin: "https://ebb.test", hash: "" });
vi.stubGlobal("sessionStorage", { getItem: () => null });
vi.stubGlobal("document", doc);
vi.stubGlobal("addEventListener", () => {});
vi.stubGlobal("removeEventListener", () => {});
vi.stubGlobal("WebSocket", FakeSocket);
vi.stubGlobal("fetch", async () => Response.json({ ticket: "t" }));
const { watch } = await import("./watch");

let end: () => void;
let told: string[];
const picture = (at: string) => ({ type: "workers", data: { at } });
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(async () => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  told = [];
  end = watch(
    ({ at }) => told.push(at),
    (live) => told.push(live ? "live" : "stale"),
  );
  await pass(0);
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

it("is live with the first picture, not with the open socket", () => {
  FakeSocket.newest().greets(1);
  expect(told).toEqual([]);
  FakeSocket.newest().tells({ type: "status", data: {} }, picture("one"));
  expect(told).toEqual(["live", "one"]);
});

it("is stale where an open socket brings no picture, until one comes", async () => {
  FakeSocket.newest().greets(1);
  FakeSocket.newest().tells(picture("one"));
  await pass(7999);
  FakeSocket.newest().tells(picture("two"));
  await pass(8000);
  expect(told).toEqual(["live", "one", "live", "two", "stale"]);
  FakeSocket.newest().tells(picture("three"));
  expect(told.slice(5)).toEqual(["live", "three"]);
});

it("is stale at once where the socket is lost, and says nothing after its end", async () => {
  FakeSocket.newest().greets(1);
  FakeSocket.newest().tells(picture("one"));
  FakeSocket.newest().closes(1006);
  expect(told).toEqual(["live", "one", "stale"]);
  end();
  await pass(60_000);
  expect(told).toHaveLength(3);
});
