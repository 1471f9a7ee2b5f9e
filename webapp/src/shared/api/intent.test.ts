import { beforeEach, describe, expect, it } from "vitest";
import { tabMemory } from "@/shared/storage";
import { answered, openIntent, sending } from "./intent";
import { ApiProblem } from "./problem";

const body = { market_type: "futures", percent: "25" };
const problem = (status: number) =>
  new ApiProblem({ code: "x", status, title: "", detail: "", errors: [] });

describe("an intent", () => {
  beforeEach(() => answered("reduce"));

  it("has a new key each time it is opened", () => {
    expect(openIntent("reduce", body).key).not.toBe(openIntent("reduce", body).key);
  });

  it.each([0, 502, 503])("keeps its key after a send that ended with %i", (status) => {
    const first = openIntent("reduce", body);
    sending("reduce", first);
    answered("reduce", problem(status));
    expect(openIntent("reduce", body)).toEqual(first);
  });

  it("keeps its key when the page was left before an answer", () => {
    const first = openIntent("reduce", body);
    sending("reduce", first);
    expect(openIntent("reduce", body).key).toBe(first.key);
  });

  it.each([null, problem(400), problem(409)])("is over once it was answered", (error) => {
    const first = openIntent("reduce", body);
    sending("reduce", first);
    answered("reduce", error);
    expect(openIntent("reduce", body).key).not.toBe(first.key);
  });

  it("is sent again with its key once the PIN is known, which nothing remembers", () => {
    const first = openIntent("reduce", body);
    sending("reduce", first);
    answered("reduce", problem(403));
    const confirmed = { ...first, confirmation: { pin: "2580" } };
    sending("reduce", confirmed);
    expect(confirmed.key).toBe(first.key);
    expect(openIntent("reduce", body)).toEqual(first);
    expect(tabMemory.read("ebb.unanswered.reduce")).not.toContain("2580");
  });

  it("never lends its key to another body or another action", () => {
    const first = openIntent("reduce", body);
    sending("reduce", first);
    expect(openIntent("reduce", { ...body, percent: "50" }).key).not.toBe(first.key);
    expect(openIntent("restore", body).key).not.toBe(first.key);
  });
});
