import { describe, expect, it } from "vitest";
import { cookieIn } from "./csrf";

describe("a cookie's value", () => {
  it.each([
    ["ebb_csrf=abc", "abc"],
    ["theme=dark; ebb_csrf=a-b_c=; other=1", "a-b_c="],
    ["not_ebb_csrf=abc", null],
    ["ebb_csrf=", null],
    ["", null],
  ])("in %j is %j", (cookies, value) => {
    expect(cookieIn("ebb_csrf", cookies)).toBe(value);
  });
});
