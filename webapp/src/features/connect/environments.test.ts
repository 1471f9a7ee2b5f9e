import { describe, expect, it } from "vitest";
import { apiPage, environmentsOf, freeName } from "./environments";

describe("where a key comes from", () => {
  it("is never the sandbox on a server without one", () => {
    expect(environmentsOf("production")).not.toContain("sandbox");
    expect(environmentsOf("sandbox")[0]).toBe("sandbox");
  });

  it("leads to the page of that exchange", () => {
    expect(apiPage("testnet")).toContain("//testnet.bybit.com/");
    expect(apiPage("demo")).toBe(apiPage("mainnet"));
    expect(apiPage("sandbox")).toBeNull();
  });
});

describe("the name that is proposed", () => {
  it.each([
    [[], "Bybit"],
    [["Main"], "Bybit"],
    [["bybit "], "Bybit 2"],
    [["Bybit", "Bybit 2", "Bybit 4"], "Bybit 3"],
  ])("beside %j is %s", (taken, name) => {
    expect(freeName("Bybit", taken)).toBe(name);
  });
});
