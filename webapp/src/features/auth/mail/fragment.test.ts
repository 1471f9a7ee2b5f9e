import { afterEach, describe, expect, it, vi } from "vitest";

const TOKEN = "Ab3_x-9dKq0";
afterEach(() => vi.resetModules());

async function openedAt(hash: string) {
  const bar = { hash, pathname: "/reset", search: "" };
  const replaceState = vi.fn((_state: unknown, _title: string, address: string) => {
    bar.hash = address.includes("#") ? bar.hash : "";
  });
  vi.stubGlobal("location", bar);
  vi.stubGlobal("history", { state: null, replaceState });
  return { bar, replaceState, ...(await import("./fragment")) };
}

describe("a link out of a mail", () => {
  it("gives its token once to the page and leaves it nowhere in the address", async () => {
    const { bar, replaceState, takeToken } = await openedAt(`#token=${TOKEN}`);
    expect(takeToken()).toBe(TOKEN);
    expect(replaceState).toHaveBeenCalledWith(null, "", "/reset");
    expect(bar.hash).toBe("");
    expect(takeToken()).toBe(TOKEN);
    expect(replaceState).toHaveBeenCalledTimes(1);
  });

  it("gives the newer token of a second link", async () => {
    const { bar, takeToken } = await openedAt(`#token=${TOKEN}`);
    takeToken();
    bar.hash = "#token=second-one";
    expect(takeToken()).toBe("second-one");
  });

  it.each(["", "#", "#token=", "#token=short", "#other=12345678", "#token=eight%20or%20more"])(
    "gives none in %j",
    async (hash) => {
      const { replaceState, takeToken } = await openedAt(hash);
      expect(takeToken()).toBeNull();
      expect(replaceState).not.toHaveBeenCalled();
    },
  );
});
