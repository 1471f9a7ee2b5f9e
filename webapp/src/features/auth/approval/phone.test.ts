import { describe, expect, it } from "vitest";
import { asPhone } from "./phone";

describe("a phone number as it was typed", () => {
  it.each([
    ["+7 (916) 123-45-67", "+79161234567"],
    ["8 916 123 45 67", "+79161234567"],
    ["79161234567", "+79161234567"],
    ["916 123-45-67", "+79161234567"],
    ["00 49 151 23456789", "+4915123456789"],
    ["+1.202.555.0143", "+12025550143"],
    ["+84 912 345 678", "+84912345678"],
    ["84 912 345 678", "+84912345678"],
  ])("%j is %s", (typed, phone) => {
    expect(asPhone(typed, "ru")).toBe(phone);
  });

  it.each([
    "",
    "+",
    "123",
    "+0 123 456 789",
    "phone",
    "+1234567890123456",
    "8 (916) 123-45-67 ext",
  ])("%j is none", (typed) => {
    expect(asPhone(typed, "ru")).toBeNull();
  });

  it("needs its country's code in English", () => {
    expect(asPhone("916 123 4567", "en")).toBe("+9161234567");
  });
});
