import { describe, expect, it } from "vitest";
import { pauseAfter, pictureOf } from "./picture";

describe("a socket's message", () => {
  it("is a picture only if it says so", () => {
    const at = "2026-11-21T10:00:00Z";
    expect(pictureOf(JSON.stringify({ type: "workers", data: { at } }))).toEqual({ at });
    for (const other of ['{"type":"status","data":{}}', '{"type":"workers"}', "no json", "null"]) {
      expect(pictureOf(other)).toBeNull();
    }
    expect(pictureOf(new ArrayBuffer(2))).toBeNull();
  });
});

describe("the pause before the next try", () => {
  it("doubles up to a quarter of a minute, and is never the same for all", () => {
    expect(pauseAfter(0, 1)).toBe(500);
    expect(pauseAfter(3, 1)).toBe(4000);
    expect(pauseAfter(30, 1)).toBe(15_000);
    expect(pauseAfter(3, 0)).toBe(2000);
  });
});
