import { describe, expect, it } from "vitest";
import { standingOf } from "./standing";

describe("what the lamp says", () => {
  it("is of the line until that is open and told something, then of the service", () => {
    const running = { running: true };
    expect(standingOf("away", running)).toBe("away");
    expect(standingOf("connecting", null)).toBe("connecting");
    expect(standingOf("open", null)).toBe("connecting");
    expect(standingOf("open", running)).toBe("running");
    expect(standingOf("open", { running: false })).toBe("paused");
  });
});
