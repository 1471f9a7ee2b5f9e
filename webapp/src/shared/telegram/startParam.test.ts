import { describe, expect, it } from "vitest";
import { pathOf } from "./startParam";

describe("a start parameter", () => {
  it.each([
    ["job_0193a1b2-0000-7000-8000-0123456789ab", "/jobs/0193a1b2-0000-7000-8000-0123456789ab"],
    ["job_0193A1B2-0000-7000-8000-0123456789AB", "/jobs/0193a1b2-0000-7000-8000-0123456789ab"],
    ["restore", "/restore"],
    ["history", "/history"],
    ["live", "/live"],
    ["job_../../x", null],
    ["job_", null],
    ["https://elsewhere.example", null],
    [null, null],
  ])("%s leads to %s", (start, path) => {
    expect(pathOf(start)).toBe(path);
  });
});
