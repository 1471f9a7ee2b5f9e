import { describe, expect, it } from "vitest";
import { type Heard, watch } from "./watch";

const PENDING: Heard = { status: "pending" };

/** A watch over these answers, each after so many milliseconds; tells how it ended and rested. */
async function over(answers: readonly Heard[], { took = 20_000, until = 300_000 } = {}) {
  let clock = 0;
  const rests: number[] = [];
  const left = [...answers];
  const ended = await watch(until, {
    look: async () => {
      clock += took;
      return left.shift() ?? PENDING;
    },
    rest: async (milliseconds) => {
      rests.push(milliseconds);
      clock += milliseconds;
    },
    now: () => clock,
  });
  return { ended, rests };
}

describe("waiting for the bot's answer", () => {
  it.each(["approved", "rejected", "expired"] as const)("ends when it is %s", async (status) => {
    expect((await over([PENDING, { status }])).ended).toBe(status);
  });

  it("looks again at once after the server held its answer", async () => {
    expect((await over([PENDING, { status: "approved" }])).rests).toEqual([0]);
  });

  it("doesn't hurry a server that answers at once", async () => {
    const { rests } = await over([PENDING, { status: "approved" }], { took: 100 });
    expect(rests).toEqual([900]);
  });

  it("outlasts a lost network, ever slower", async () => {
    const lost: Heard = { failed: 0 };
    const busy: Heard = { failed: 503 };
    const { ended, rests } = await over([lost, busy, lost, PENDING, { status: "approved" }]);
    expect(ended).toBe("approved");
    expect(rests).toEqual([1000, 2000, 4000, 0]);
  });

  it("ends when this browser is no longer the one that began", async () => {
    expect((await over([{ failed: 404 }])).ended).toBe("expired");
  });

  it("ends by itself when the time is long over", async () => {
    expect((await over([], { until: 60_000 })).ended).toBe("expired");
  });
});
