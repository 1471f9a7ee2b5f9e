import { afterEach, describe, expect, it, vi } from "vitest";
import { toLocal, toUtc } from "./localTime";

afterEach(() => vi.unstubAllEnvs());

describe("a moment in the device's zone", () => {
  it.each([
    ["UTC", "2026-11-21T18:30"],
    ["Europe/Moscow", "2026-11-21T21:30"],
    ["America/New_York", "2026-11-21T13:30"],
    ["Asia/Kathmandu", "2026-11-22T00:15"],
  ])("in %s is typed as its clocks show it, and sent in UTC", (zone, local) => {
    vi.stubEnv("TZ", zone);
    expect(toLocal(new Date("2026-11-21T18:30:00Z"))).toBe(local);
    expect(toUtc(local)).toBe("2026-11-21T18:30:00.000Z");
  });

  it("follows the clocks when they change", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    expect(toUtc("2026-07-01T12:00")).toBe("2026-07-01T10:00:00.000Z");
    expect(toUtc("2026-12-01T12:00")).toBe("2026-12-01T11:00:00.000Z");
  });

  it("is none while it is not typed", () => {
    expect(["", "2026-11-21", "2026-13-40T10:00"].map(toUtc)).toEqual([null, null, null]);
  });
});
