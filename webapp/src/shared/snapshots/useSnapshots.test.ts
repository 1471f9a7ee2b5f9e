import { beforeEach, describe, expect, it, vi } from "vitest";

const asked: URL[] = [];
let held = 0;
vi.stubGlobal("location", { origin: "http://ebb.test", hash: "" });
vi.stubGlobal("document", { cookie: "" });
vi.stubGlobal("fetch", async (request: Request) => {
  const url = new URL(request.url);
  asked.push(url);
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const end = Math.min(held, start + Number(url.searchParams.get("limit")));
  const items = Array.from({ length: end - start }, (_, index) => ({ id: String(start + index) }));
  const next_cursor = end < held ? String(end) : null;
  return Response.json({ items, next_cursor, totals: { count: held } });
});
const { allSnapshots, MOST } = await import("./useSnapshots");

describe("what can be restored", () => {
  beforeEach(() => {
    asked.length = 0;
  });

  it.each([
    [0, 1],
    [200, 1],
    [230, 2],
  ])("is all %i snapshots, in %i pages", async (count, pages) => {
    held = count;
    const found = await allSnapshots("a1", "spot");
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, n) => String(n)));
    expect(asked).toHaveLength(pages);
    expect(asked.every((url) => url.searchParams.get("market_type") === "spot")).toBe(true);
    expect(asked.every((url) => url.searchParams.get("account_id") === "a1")).toBe(true);
  });

  it("is never more than one restore may name", async () => {
    held = 2000;
    expect(await allSnapshots("a1", "futures")).toHaveLength(MOST);
  });
});
