import type { LiveStatus } from "@/shared/live/messages";
import type { useLiveState } from "@/shared/live/useLive";

export type Standing = "running" | "paused" | "connecting" | "away";

/** What the lamp says: of the line while it is down, else of the service. */
export function standingOf(
  line: ReturnType<typeof useLiveState>,
  status: Pick<LiveStatus, "running"> | null,
): Standing {
  if (line !== "open") return line;
  if (status === null) return "connecting";
  return status.running ? "running" : "paused";
}
