import { describe, expect, it } from "vitest";
import en from "@/shared/i18n/en";
import admin from "@/shared/i18n/en/admin.json";
import { anEntry as entry } from "./anEntry";
import { listed, shownAs, titleOf } from "./facts";

/** The text that a key leads to. */
const said = (key: string): unknown =>
  key.split(".").reduce<unknown>((tree, name) => (tree as Record<string, unknown>)?.[name], {
    ...en,
    ...admin,
  });

describe("a fact", () => {
  it.each([
    ["answered", "state", "unknown", "not known"],
    ["settled", "state", "partially_filled", "partly filled"],
    ["leg_ended", "state", "skipped", "skipped"],
    ["ended", "state", "partially_completed", "Partly completed"],
    ["message_sent", "state", "unknown", "may have arrived"],
    ["leg_planned", "side", "Sell", "sell"],
    ["called", "outcome", "busy", "not now: limit or ban"],
    ["looked_up", "found", "no", "by nobody"],
    ["audited", "action", "job.cancel", "cancel asked for"],
    ["message_owed", "what", "receipt", "receipt"],
  ])("of %s: %s %s is said as a word", (kind, name, value, word) => {
    const shown = shownAs(entry(kind), name, value);
    expect(shown.as === "word" && said(shown.key)).toBe(word);
  });
  it.each([
    ["qty", "number"],
    ["ms", "number"],
    ["until", "moment"],
    ["fee", "fee"],
    ["order_id", "code"],
    ["reason", "code"],
  ])("named %s is shown as a %s", (name, as) => {
    expect(shownAs(entry("sent"), name, "1").as).toBe(as);
  });
});

describe("a call", () => {
  const call = entry("called", { method: "set_trading_stop", outcome: "answered" });
  it("is called by what it does", () => {
    expect(said(titleOf(call))).toBe("Setting stop-loss and take-profit");
    expect(listed(call)).toEqual([["outcome", "answered"]]);
  });
  it("leaves other entries their names", () => {
    expect(said(titleOf(entry("sent")))).toBe("Order sent");
  });
});
