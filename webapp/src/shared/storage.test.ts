import { describe, expect, it } from "vitest";
import { memoryOver } from "./storage";

describe("memory over a browser's storage", () => {
  it("remembers and forgets even where storage is forbidden", () => {
    const memory = memoryOver(() => {
      throw new Error("SecurityError");
    });
    expect(memory.read("a")).toBeNull();
    memory.write("a", "1");
    expect(memory.read("a")).toBe("1");
    memory.forget("a");
    expect(memory.read("a")).toBeNull();
  });
});
