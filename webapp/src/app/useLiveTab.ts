import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { startLive } from "@/shared/live/live";
import { useLiveEvent } from "@/shared/live/useLive";
import { say } from "@/shared/ui/Toast";

/** What a tab of somebody who is signed in does with news, whatever screen it shows. */
export function useLiveTab(person: string): void {
  const queries = useQueryClient();
  useEffect(() => startLive(person), [person]);
  useLiveEvent("toast", ({ title }) => say(title));
  useLiveEvent("reload", () => void queries.invalidateQueries());
}
