import { describe, expect, it } from "vitest";
import { pathOf } from "./modules";

describe("the drawing of a QR code", () => {
  it("draws each run of dark modules as one rectangle", () => {
    const rows = [
      [true, true, false, true],
      [false, false, false, false],
      [false, true, true, true],
    ];
    expect(pathOf(rows)).toBe("M0 0h2v1h-2zM3 0h1v1h-1zM1 2h3v1h-3z");
  });

  it("is empty without any", () => {
    expect(pathOf([[false], []])).toBe("");
  });
});
