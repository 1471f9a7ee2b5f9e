import { describe, expect, it } from "vitest";
import { openOf } from "./unended";

const job = (id: string, version: number, state: string, account = "a") =>
  ({ id, version, state, account_id: account }) as never;

describe("jobs that are not over", () => {
  it("are those listed and those told of since, newest first", () => {
    const told = { "2": job("2", 1, "queued"), "3": job("3", 1, "queued", "b") };
    const open = openOf("a", [job("1", 2, "executing"), job("0", 9, "completed")], told);
    expect(open.map(({ id }) => id)).toEqual(["2", "1"]);
  });

  it("end by what is newer, whichever way it came", () => {
    const running = job("1", 2, "executing");
    const over = job("1", 3, "completed");
    expect(openOf("a", [running], { "1": over })).toEqual([]);
    expect(openOf("a", [over], { "1": running })).toEqual([]);
  });
});
