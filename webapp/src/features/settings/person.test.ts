import { describe, expect, it } from "vitest";
import type { Account, Me, Settings } from "@/shared/api/types";
import { takenBack, withAccount, withoutAccount } from "./person";

const settings: Settings = {
  language: null,
  confirm_style: "hold",
  default_percent: "25",
  undo_seconds: 3,
  default_market: "futures",
  notify: { receipts: true, key_warnings: true, security: true, signals: true },
};
const account = (id: string, is_default: boolean): Account => ({
  id,
  is_default,
  label: id,
  environment: "testnet",
  api_key_masked: "…abcd",
  market: ["futures"],
  permissions: [],
  advice: [],
  exempt: [],
  expires_at: null,
  state: "ok",
  created_at: "2026-11-21T10:00:00Z",
  checked_at: "2026-11-21T10:00:00Z",
});
const me: Me = {
  id: "1",
  telegram_id: 42,
  first_name: "Ada",
  username: null,
  language: "en",
  environment: "testnet",
  role: "user",
  permissions: ["trade"],
  settings,
  email: null,
  phone_masked: null,
  second_factors: { totp: false, pin: false, recovery_codes_left: 0 },
  confirm_over: null,
  accounts: [account("a", true), account("b", false)],
};

describe("the accounts", () => {
  it("have one default only", () => {
    const { accounts } = withAccount(me, account("b", true));
    expect(accounts.map((one) => one.is_default)).toEqual([false, true]);
  });

  it("keep the default when another's name changes", () => {
    const { accounts } = withAccount(me, { ...account("b", false), label: "Hedge" });
    expect(accounts.map((one) => [one.label, one.is_default])).toEqual([
      ["a", true],
      ["Hedge", false],
    ]);
  });

  it("lose the removed one", () => {
    expect(withoutAccount(me, "a").accounts.map((one) => one.id)).toEqual(["b"]);
  });
});

describe("a refused change of the settings", () => {
  it("is taken back", () => {
    const shown: Settings = { ...settings, undo_seconds: 10 };
    expect(takenBack(shown, { undo_seconds: 10 }, settings)).toEqual(settings);
  });

  it("leaves what was chosen since, there and elsewhere", () => {
    const shown: Settings = { ...settings, undo_seconds: 5, confirm_style: "tap" };
    expect(takenBack(shown, { undo_seconds: 10 }, settings)).toEqual(shown);
  });
});
