/** The chosen snapshots' ids; null: all that there are, whatever comes. */
export type Choice = ReadonlySet<string> | null;

export type Mark = "all" | "some" | "none";

/** The chosen ones among those listed, in their order. */
export function chosenOf(listed: readonly string[], choice: Choice): string[] {
  return listed.filter((id) => choice === null || choice.has(id));
}

/** How much of `ids` is chosen. */
export function markOf(ids: readonly string[], choice: Choice): Mark {
  const count = chosenOf(ids, choice).length;
  if (count === 0) return "none";
  return count === ids.length ? "all" : "some";
}

/** The choice after a tap on the check box of `ids`: none of them if all were chosen, else all. */
export function toggled(listed: readonly string[], choice: Choice, ids: readonly string[]): Choice {
  const next = new Set(chosenOf(listed, choice));
  const off = markOf(ids, choice) === "all";
  for (const id of ids) {
    if (off) next.delete(id);
    else next.add(id);
  }
  return listed.length > 0 && listed.every((id) => next.has(id)) ? null : next;
}
