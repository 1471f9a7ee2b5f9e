import { describe, expect, it } from "vitest";
import { chatOf, firstOf, UNKNOWN, waysOf } from "./ways";

describe("the ways to sign in", () => {
  it("are those that the deployment has", () => {
    expect(waysOf({ ...UNKNOWN, approval: false })).toEqual(["email"]);
    expect(waysOf({ ...UNKNOWN, email: false })).toEqual(["telegram"]);
    expect(waysOf({ ...UNKNOWN, approval: false, email: false })).toEqual([]);
  });

  it("are all where the server did not say", () => {
    expect(waysOf(UNKNOWN)).toEqual(["telegram", "email"]);
  });

  it("begin with the one that was used last", () => {
    expect(firstOf(["telegram", "email"], "email")).toBe("email");
    expect(firstOf(["telegram", "email"], null)).toBe("telegram");
    expect(firstOf(["telegram"], "email")).toBe("telegram");
    expect(firstOf([], "email")).toBeUndefined();
  });

  it("lead to the bot's chat and nowhere else", () => {
    expect(chatOf("ebb_bot")).toBe("https://t.me/ebb_bot");
    expect(chatOf("../somebody")).toBeNull();
    expect(chatOf(null)).toBeNull();
  });
});
