import { describe, expect, it } from "vitest";
import { isFarewell } from "./farewell";

describe("the word that deletes everything", () => {
  it.each(["УДАЛИТЬ", " удалить ", "DELETE", "Delete"])("is %j", (typed) => {
    expect(isFarewell(typed)).toBe(true);
  });

  it.each(["", "УДАЛИ", "DELETE ALL", "да"])("is not %j", (typed) => {
    expect(isFarewell(typed)).toBe(false);
  });
});
