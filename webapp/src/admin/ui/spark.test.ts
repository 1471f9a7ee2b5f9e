import { describe, expect, it } from "vitest";
import { secondsBetween, span } from "./span";
import { bars, line } from "./spark";

describe("bars", () => {
  it("stand as high as the largest allows", () => {
    expect(bars([0, 5, 10], 30, 20)).toEqual([
      { x: 0, y: 20, height: 0 },
      { x: 10, y: 10, height: 10 },
      { x: 20, y: 0, height: 20 },
    ]);
  });
  it("can be seen however small", () => {
    expect(bars([1, 1000], 10, 20)[0]?.height).toBe(2);
  });
  it("are none of nothing", () => {
    expect(bars([], 10, 20)).toEqual([]);
  });
});

describe("a line", () => {
  it("breaks where nothing was measured, and draws what stands alone", () => {
    expect(line([2, null, 4, 2], 30, 10)).toBe("M0 5h0.01M20 1h0.01L30 5");
    expect(line([null, null], 30, 10)).toBe("");
  });
});

describe("a time's length", () => {
  it.each([
    [0.4, { unit: "s", count: 0 }],
    [119, { unit: "s", count: 119 }],
    [125, { unit: "min", count: 2 }],
    [7300, { unit: "h", count: 2 }],
    [200_000, { unit: "d", count: 2 }],
    [-3, { unit: "s", count: 0 }],
  ])("of %d seconds is %o", (seconds, told) => {
    expect(span(seconds)).toEqual(told);
  });
  it("lies between two moments", () => {
    expect(secondsBetween("2026-11-21T10:00:00Z", "2026-11-21T10:01:30.5Z")).toBe(90.5);
  });
});
