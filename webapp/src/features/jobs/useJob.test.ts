import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const stored = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
  removeItem: (key: string) => stored.delete(key),
});
const calls: Request[] = [];
let replies: (Response | Error)[] = [];
vi.stubGlobal("location", { origin: "http://ebb.test", hash: "" });
vi.stubGlobal("document", { cookie: "" });
vi.stubGlobal("fetch", async (request: Request) => {
  calls.push(request);
  const reply = replies.shift();
  if (!reply || reply instanceof Error) throw reply ?? new TypeError("no reply");
  return reply;
});
const { newerOf, pauseAfter, pollJob } = await import("./useJob");
const { isEnded } = await import("@/shared/api/jobs");

const job = { id: "1", state: "executing", version: 3 };

function answer(status: number, body?: object, headers: Record<string, string> = {}) {
  return new Response(body ? JSON.stringify(body) : null, {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

describe("polling a job", () => {
  beforeEach(() => {
    calls.length = 0;
  });
  afterEach(() => {
    replies = [];
  });

  it("asks at once for a job it does not know", async () => {
    replies = [answer(200, job)];
    expect(await pollJob("1", undefined, 20)).toEqual(job);
    expect(calls[0]?.url).toContain("wait=0");
    expect(calls[0]?.headers.get("If-None-Match")).toBeNull();
  });

  it("waits for a change of a job it knows, and keeps it on 304", async () => {
    replies = [answer(304)];
    const known = job as never;
    expect(await pollJob("1", known, 20)).toBe(known);
    expect(calls[0]?.url).toContain("wait=20");
    expect(calls[0]?.headers.get("If-None-Match")).toBe('"3"');
  });

  it("takes no step back when an answer comes after what was told meanwhile", () => {
    const newer = { ...job, version: 4 } as never;
    expect(newerOf(job as never, newer)).toBe(newer);
    expect(newerOf(newer, job as never)).toBe(newer);
  });

  it("tells a lost connection as a problem, not as an end", async () => {
    replies = [new TypeError("network")];
    await expect(pollJob("1", job as never, 20)).rejects.toMatchObject({
      problem: { code: "offline" },
    });
  });

  it("tells the server's problem", async () => {
    const problem = { code: "not_found", title: "Not found", detail: "…", status: 404, errors: [] };
    replies = [answer(404, problem, { "Content-Type": "application/problem+json" })];
    await expect(pollJob("1", undefined, 20)).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it("backs off while it fails and never stops trying", () => {
    expect(pauseAfter(0)).toBeLessThan(100);
    expect(pauseAfter(3)).toBeGreaterThan(pauseAfter(1));
    expect(pauseAfter(50)).toBe(10_000);
  });

  it("knows which states are final", () => {
    expect(isEnded({ state: "completed" } as never)).toBe(true);
    expect(isEnded(job as never)).toBe(false);
  });
});
