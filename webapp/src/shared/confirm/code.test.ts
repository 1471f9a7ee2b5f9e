import { describe, expect, it } from "vitest";
import { asCode, inFours, isPin } from "./code";

describe("a code", () => {
  it.each([
    ["123 456", "123456"],
    [" 123456\n", "123456"],
    ["abcd-efgh ijkl", "abcd-efghijkl"],
  ])("%j is meant as %s", (typed, code) => {
    expect(asCode(typed)).toBe(code);
  });

  it.each([
    ["JBSWY3DPEHPK3PXP", "JBSW Y3DP EHPK 3PXP"],
    ["JBSW Y3DPE", "JBSW Y3DP E"],
    ["", ""],
  ])("%j is read as %j", (secret, shown) => {
    expect(inFours(secret)).toBe(shown);
  });
});

describe("a PIN", () => {
  it.each(["2580", "13579246"])("may be %s", (typed) => expect(isPin(typed)).toBe(true));
  it.each(["", "123", "123456789", "12a4", "12 34", "١٢٣٤"])("is not %j", (typed) => {
    expect(isPin(typed)).toBe(false);
  });
});
