import { describe, expect, it } from "vitest";
import {
  formatAverage,
  formatCoins,
  formatMoney,
  formatNumber,
  formatShort,
  formatSigned,
  parsePercent,
} from "./format";

describe("formatting", () => {
  it("groups thousands by language and keeps every digit", () => {
    expect(formatNumber("1234567.0000000001", "en")).toBe("1,234,567.0000000001");
    expect(formatNumber("1234567.5", "ru")).toBe("1\u00a0234\u00a0567,5");
  });

  it("never shows an exponent", () => {
    expect(formatNumber("0.0000000001", "en")).toBe("0.0000000001");
    expect(formatNumber("1e21", "en")).toBe("1,000,000,000,000,000,000,000");
  });

  it("rounds money to cents and marks gains and losses", () => {
    expect(formatMoney("0.1", "en")).toBe("0.10");
    expect(formatSigned("12.345", "en")).toBe("+12.35");
    expect(formatSigned("-12", "ru")).toBe("\u221212,00");
    expect(formatSigned("0", "en")).toBe("0.00");
  });

  it("shortens long averages", () => {
    expect(formatShort("64012.333333333333", "en")).toBe("64,012.33333333");
    expect(formatAverage("64012.333333333333", "en")).toBe("64,012.33");
    expect(formatAverage("123456789.5", "en")).toBe("123,456,790");
    expect(formatAverage("0.000012345678901", "en")).toBe("0.00001234568");
  });
});

describe("amounts of coins", () => {
  it("round dollars to cents and keep small ones visible", () => {
    expect(formatCoins({ USDT: "12.34567891", BTC: "-0.00012345" }, "en", true)).toBe(
      "+12.35 USDT · \u22120.00012345 BTC",
    );
    expect(formatCoins({ USDT: "0.0012345" }, "en")).toBe("0.0012 USDT");
    expect(formatCoins({}, "en")).toBe("—");
  });
});

describe("a typed percentage", () => {
  it.each([
    ["25", "25"],
    ["12,5", "12.5"],
    [" 0.01 ", "0.01"],
    ["100", "100"],
    ["007", "7"],
    ["12,", "12"],
  ])("%s is %s", (typed, percent) => {
    expect(parsePercent(typed)).toBe(percent);
  });

  it.each(["", "0", "101", "100.01", "abc", "1e2", "-5", "12.345", "NaN", "25%"])(
    "%s is refused",
    (typed) => {
      expect(parsePercent(typed)).toBeNull();
    },
  );
});
