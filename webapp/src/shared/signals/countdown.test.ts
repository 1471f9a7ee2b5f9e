import { describe, expect, it } from "vitest";
import { isEnding, shareLeft, timeLeft } from "./countdown";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

describe("the time left", () => {
  it("is a clock below a day, days and hours above", () => {
    const told = [0, 5, 60, 125, 3600, 3725, 86_399].map((seconds) =>
      timeLeft(inSeconds(seconds), NOW),
    );
    expect(told).toEqual(
      ["0:00", "0:05", "1:00", "2:05", "1:00:00", "1:02:05", "23:59:59"].map((clock) => ({
        clock,
      })),
    );
    expect(timeLeft(inSeconds(86_400 * 2 + 3600 * 3 + 59), NOW)).toEqual({ days: 2, hours: 3 });
  });

  it("ends at nothing, and a second that began counts", () => {
    expect(timeLeft(inSeconds(-10), NOW)).toEqual({ clock: "0:00" });
    expect(timeLeft(inSeconds(0.2), NOW)).toEqual({ clock: "0:01" });
  });

  it("is a share of the whole", () => {
    expect(shareLeft(inSeconds(-30), inSeconds(30), NOW)).toBe(0.5);
    expect([
      shareLeft(inSeconds(-60), inSeconds(-30), NOW),
      shareLeft(inSeconds(0), inSeconds(0), NOW),
    ]).toEqual([0, 0]);
    expect([isEnding(inSeconds(299), NOW), isEnding(inSeconds(301), NOW)]).toEqual([true, false]);
  });
});
