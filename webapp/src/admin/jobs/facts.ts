import type { Entry } from "../types";

/** How a fact is shown: a word of ours by its key, or its text as one of these. */
export type Shown = { as: "word"; key: string } | { as: "number" | "moment" | "fee" | "code" };

const NUMBERS: ReadonlySet<string> = new Set([
  ..."percent epoch sends filled qty price legs orders".split(" "),
  ..."ms leverage stop_loss take_profit".split(" "),
]);
const MOMENTS: ReadonlySet<string> = new Set(["until", "undo_until"]);

export function shownAs({ kind }: Entry, name: string, value: string): Shown {
  const key = keyOf(kind, name, value);
  if (key !== null) return { as: "word", key };
  if (name === "fee") return { as: "fee" };
  if (MOMENTS.has(name)) return { as: "moment" };
  return { as: NUMBERS.has(name) ? "number" : "code" };
}

function keyOf(kind: string, name: string, value: string): string | null {
  switch (name) {
    case "state":
      return stateKey(kind, value);
    case "side":
      return `admin.side.${value}`;
    case "outcome":
      return `admin.outcome.${value}`;
    case "found":
      return `admin.found.${value}`;
    case "what":
      return `admin.what.${value}`;
    case "action":
      // A dot in a key would lead into a tree.
      return `admin.deed.${value.replaceAll(".", "_")}`;
    default:
      return null;
  }
}

/** A state's words, by whose state it is. */
function stateKey(kind: string, value: string): string {
  if (kind === "ended") return `job.state.${value}`;
  if (kind === "leg_ended") return `job.leg.${value}`;
  if (kind === "protected") return `job.protection.${value}`;
  if (kind === "message_sent") return `admin.send.${value}`;
  return `admin.order.${value}`;
}

/** The key of what an entry is called. */
export function titleOf({ kind, facts }: Entry): string {
  return kind === "called" ? `admin.call.${facts.method}` : `admin.event.${kind}`;
}

/** Those to list: a call's method is its title. */
export function listed({ facts }: Entry): [string, string][] {
  return Object.entries(facts).filter(([name]) => name !== "method");
}
