import type { Broadcast } from "@/shared/api/types";

/** Whether it changes by itself soon: it is being sent or pinned, or its time has come. */
export function isUnderWay(broadcast: Broadcast, now: number): boolean {
  const { state, pin_state: pin, at } = broadcast;
  if (state === "scheduled") return at !== null && Date.parse(at) <= now;
  return state === "sending" || (state === "sent" && pin === "owed");
}

/** The badge's colour: done, gone wrong, or nobody knows. */
export function toneOf({ state }: Pick<Broadcast, "state">): "ok" | "bad" | "warn" | "" {
  if (state === "sent") return "ok";
  if (state === "failed") return "bad";
  return state === "unknown" ? "warn" : "";
}
