import { afterEach, describe, expect, it, vi } from "vitest";
import { broadcastBody, NOTHING, unitsOf } from "./draft";

afterEach(() => vi.unstubAllEnvs());
const HELLO = { ...NOTHING, text: "Hello" };

describe("a broadcast as typed", () => {
  it("goes to the live topic now, unless another topic or time is named", () => {
    vi.stubEnv("TZ", "Europe/Moscow");
    expect(broadcastBody(HELLO)).toEqual({ text: "Hello", pin: false, thread_id: null, at: null });
    const later = { ...HELLO, topic: "5", pin: true, later: true, at: "2026-11-21T21:30" };
    expect(broadcastBody(later)).toEqual({
      text: "Hello",
      pin: true,
      thread_id: 5,
      at: "2026-11-21T18:30:00.000Z",
    });
    expect(broadcastBody({ ...later, later: false })?.at).toBeNull();
  });

  it("is none without words, a time or a topic that there can be", () => {
    expect(broadcastBody({ ...NOTHING, text: " \n" })).toBeNull();
    expect(broadcastBody({ ...HELLO, later: true })).toBeNull();
    for (const topic of ["0", "-1", "1.5", "live"]) {
      expect(broadcastBody({ ...HELLO, topic }), topic).toBeNull();
    }
  });

  it("is as long as Telegram counts: most emoji are two", () => {
    expect(unitsOf(" 👻 ")).toBe(2);
    expect(broadcastBody({ ...NOTHING, text: "👻".repeat(2048) })).not.toBeNull();
    expect(broadcastBody({ ...NOTHING, text: `${"👻".repeat(2048)}!` })).toBeNull();
  });
});
