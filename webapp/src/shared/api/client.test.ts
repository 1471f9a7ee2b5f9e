import { beforeEach, describe, expect, it, vi } from "vitest";

type Reply = (request: Request) => Response;
const calls: Request[] = [];
let reply: Reply = () => new Response();
vi.stubGlobal("location", { origin: "http://ebb.test", hash: "" });
const page = { cookie: "" };
vi.stubGlobal("document", page);
vi.stubGlobal("fetch", async (request: Request) => {
  calls.push(request);
  return reply(request);
});
const { api, unwrap } = await import("./client");
const { beginSession, endSession, getTokens, isSignedIn } = await import("./session");

function answer(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });
}
const expired = { code: "token_expired", title: "Expired", detail: "…", status: 401, errors: [] };
const fresh = { access_token: "new", refresh_token: "newer" };
const toRefresh = (request: Request) => request.url.endsWith("/api/auth/refresh");
const withOld = (request: Request) => request.headers.get("Authorization") === "Bearer old";
const me = () => unwrap(api.GET("/api/auth/me"));

describe("a session that ran out", () => {
  beforeEach(() => {
    calls.length = 0;
    beginSession({ access_token: "old", refresh_token: "older" });
  });

  it("is renewed once for all requests that found it out, and each is repeated", async () => {
    reply = (request) => {
      if (toRefresh(request)) return answer(200, fresh);
      return withOld(request) ? answer(401, expired) : answer(200, { id: "1" });
    };
    expect(await Promise.all([me(), me(), me()])).toEqual([{ id: "1" }, { id: "1" }, { id: "1" }]);
    expect(calls.filter(toRefresh)).toHaveLength(1);
    expect(getTokens()).toEqual(fresh);
  });

  it("repeats a body as it was", async () => {
    reply = (request) => {
      if (toRefresh(request)) return answer(200, fresh);
      return withOld(request) ? answer(401, expired) : answer(200, {});
    };
    const body = { market_type: "futures" as const, percent: "12.5", round_up: false };
    await unwrap(api.POST("/api/positions/preview", { body }));
    expect(await calls.at(-1)?.json()).toEqual(body);
  });

  it("ends when the server refuses to renew it", async () => {
    reply = () => answer(401, expired);
    await expect(me()).rejects.toMatchObject({ problem: { code: "token_expired" } });
    expect(getTokens()).toBeNull();
  });

  it("stays when the server cannot be reached", async () => {
    reply = (request) => {
      if (toRefresh(request)) throw new TypeError("network");
      return answer(401, expired);
    };
    await expect(me()).rejects.toMatchObject({ problem: { code: "offline" } });
    expect(getTokens()).not.toBeNull();
  });

  it("stays when the server is too busy, and says so", async () => {
    const busy = { code: "rate_limited", title: "Busy", detail: "…", status: 429, errors: [] };
    reply = (request) => (toRefresh(request) ? answer(429, busy) : answer(401, expired));
    await expect(me()).rejects.toMatchObject({ problem: { code: "rate_limited" } });
    expect(getTokens()).not.toBeNull();
  });
});

describe("a session in cookies", () => {
  const renewed = () => {
    page.cookie = "ebb_csrf=second";
    return new Response(null, { status: 204 });
  };
  const csrf = (request: Request | undefined) => request?.headers.get("X-CSRF-Token");

  beforeEach(() => {
    calls.length = 0;
    page.cookie = "ebb_csrf=first";
    beginSession(undefined);
  });

  it("is shown by the repeated value, never by a token", async () => {
    reply = () => answer(200, { id: "1" });
    await me();
    expect(csrf(calls[0])).toBe("first");
    expect(calls[0]?.headers.has("Authorization")).toBe(false);
    expect(getTokens()).toBeNull();
  });

  it("is renewed by its cookie, and the request repeated with the new value", async () => {
    reply = (request) => {
      if (toRefresh(request)) return renewed();
      return csrf(request) === "first" ? answer(401, expired) : answer(200, { id: "1" });
    };
    expect(await me()).toEqual({ id: "1" });
    expect(csrf(calls.find(toRefresh))).toBe("first");
    expect(csrf(calls.at(-1))).toBe("second");
  });

  it("is not renewed, nor the request repeated, for a code that was wrong", async () => {
    reply = () => answer(401, { ...expired, code: "totp_wrong" });
    await expect(me()).rejects.toMatchObject({ problem: { code: "totp_wrong" } });
    expect(calls).toHaveLength(1);
    expect(isSignedIn()).toBe(true);
  });

  it("ends with its mark, so that a reload doesn't take it for living", async () => {
    reply = () => answer(401, expired);
    await expect(me()).rejects.toMatchObject({ problem: { code: "token_expired" } });
    expect(isSignedIn()).toBe(false);
    expect(page.cookie).toMatch(/^ebb_csrf=; Max-Age=0/);
  });
});

describe("an answer that is no problem document", () => {
  it("becomes words of our own", async () => {
    endSession();
    reply = () => new Response("<html>Bad gateway</html>", { status: 502 });
    await expect(me()).rejects.toMatchObject({ problem: { code: "unexpected", status: 502 } });
  });
});
