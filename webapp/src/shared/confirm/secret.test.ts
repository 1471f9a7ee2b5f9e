import { describe, expect, it } from "vitest";
import { ApiProblem, type Problem } from "@/shared/api/problem";
import { asksForSecret, demandedMethods, isWrong, methodsOf, secretOf } from "./secret";

const problem = (code: string, more: Partial<Problem> = {}) =>
  new ApiProblem({ code, status: 403, title: "", detail: "", ...more });

describe("the question for a PIN or a code", () => {
  it.each(["confirmation_required", "pin_wrong", "totp_wrong", "pin_locked", "too_many_codes"])(
    "is asked after %s",
    (code) => expect(asksForSecret(problem(code))).toBe(true),
  );

  it.each([null, new Error("x"), problem("forbidden"), problem("rate_limited")])(
    "is not asked after %s",
    (error) => expect(asksForSecret(error)).toBe(false),
  );

  it("asks for what the server would take", () => {
    expect(demandedMethods(problem("confirmation_required", { methods: ["totp"] }))).toEqual([
      "totp",
    ]);
    expect(demandedMethods(problem("confirmation_required", { methods: ["fax"] }))).toBeNull();
    expect(demandedMethods(problem("pin_wrong"))).toBeNull();
  });

  it("asks for what the person has", () => {
    expect(methodsOf({ pin: true, totp: true })).toEqual(["pin", "totp"]);
    expect(methodsOf({ pin: false, totp: true })).toEqual(["totp"]);
    expect(methodsOf({ pin: false, totp: false })).toEqual([]);
  });

  it("takes what was typed back only where it was wrong", () => {
    expect(isWrong(problem("pin_wrong"))).toBe(true);
    expect(isWrong(problem("pin_locked"))).toBe(false);
    expect(isWrong(problem("offline", { status: 0 }))).toBe(false);
  });
});

describe("what was typed", () => {
  it("is sent as what it is", () => {
    expect(secretOf("pin", "2580")).toEqual({ pin: "2580" });
    expect(secretOf("totp", "123 456")).toEqual({ code: "123456" });
  });
});
