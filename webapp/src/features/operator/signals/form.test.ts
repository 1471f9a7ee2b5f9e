import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Signal } from "@/shared/api/types";
import {
  changesOf,
  formOf,
  freshForm,
  inMinutes,
  profitOf,
  type SignalForm,
  signalBody,
} from "./form";

beforeEach(() => vi.stubEnv("TZ", "Europe/Moscow"));
afterEach(() => vi.unstubAllEnvs());

const TYPED: SignalForm = {
  name: " Arsenal – Chelsea ",
  type: "halftime-ghost",
  market_id: "m-1",
  sport: "football",
  market: "",
  confidence: "62,5",
  ev: "-4.5",
  expires_at: "2026-11-21T21:30",
};

describe("a signal as typed", () => {
  it("is sent in UTC, its confidence as a share, what is empty as nothing", () => {
    expect(signalBody(TYPED)).toEqual({
      name: "Arsenal – Chelsea",
      type: "halftime-ghost",
      market_id: "m-1",
      sport: "football",
      market: null,
      confidence: "0.625",
      ev: "-4.5",
      expires_at: "2026-11-21T18:30:00.000Z",
    });
  });

  it("is none while a number or the time is none", () => {
    for (const wrong of [{ ev: "" }, { confidence: "much" }, { expires_at: "" }]) {
      expect(signalBody({ ...TYPED, ...wrong })).toBeNull();
    }
  });

  it("begins with an hour, of which the running minute counts", () => {
    const now = new Date("2026-11-21T18:30:10Z");
    expect(freshForm(now).expires_at).toBe("2026-11-21T22:31");
    expect(inMinutes(15, new Date("2026-11-21T18:30:00Z"))).toBe("2026-11-21T21:45");
  });
});

describe("a change", () => {
  const signal = {
    ...signalBody(TYPED),
    confidence: "0.6250",
    ev: "-4.5",
    expires_at: "2026-11-21T18:30:29Z",
  } as Signal;

  it("names what was typed anew and nothing else", () => {
    const before = formOf(signal);
    expect(changesOf(before, before)).toEqual({});
    const after = { ...before, confidence: "70", market: "1x2" };
    expect(changesOf(before, after)).toEqual({ confidence: "0.7", market: "1x2" });
    expect(changesOf(before, { ...before, ev: "" })).toBeNull();
  });
});

describe("a profit", () => {
  it("may be left out, and is a number otherwise", () => {
    expect(["", "12,50", "−3", "+4", "1e5"].map(profitOf)).toEqual([
      null,
      "12.5",
      "-3",
      "4",
      undefined,
    ]);
  });
});
