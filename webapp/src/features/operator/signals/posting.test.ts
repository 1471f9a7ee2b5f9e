import { describe, expect, it } from "vitest";
import type { Signal } from "@/shared/api/types";
import { isUnderWay } from "./posting";

const signal = (more: Partial<Signal>) =>
  ({ state: "live", post_state: "sent", pin_state: "pinned", error: null, ...more }) as Signal;

describe("a signal's message", () => {
  it("is looked at often until it is sent and pinned, or unpinned at the end", () => {
    expect(isUnderWay(signal({ post_state: "sending", pin_state: "owed" }))).toBe(true);
    expect(isUnderWay(signal({ pin_state: "owed" }))).toBe(true);
    expect(isUnderWay(signal({}))).toBe(false);
    expect(isUnderWay(signal({ state: "closed" }))).toBe(true);
    expect(isUnderWay(signal({ state: "closed", pin_state: "unpinned" }))).toBe(false);
    expect(isUnderWay(signal({ state: "closed", error: "403: Forbidden" }))).toBe(false);
    expect(isUnderWay(signal({ post_state: "failed", pin_state: "failed" }))).toBe(false);
  });
});
