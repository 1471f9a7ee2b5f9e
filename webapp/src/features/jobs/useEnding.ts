import { useEffect, useRef } from "react";
import { isEnded } from "@/shared/api/jobs";
import type { Job } from "@/shared/api/types";
import { haptics } from "@/shared/telegram/haptics";
import { useClosingConfirmation } from "@/shared/telegram/useClosingConfirmation";
import { feelOf } from "./ending";

/** While a job runs Telegram asks before it closes; at its end the hand feels how it went. */
export function useEnding(job: Job | undefined): void {
  const watched = useRef(false);
  const running = job !== undefined && !isEnded(job);
  useClosingConfirmation(running);
  useEffect(() => {
    if (running) watched.current = true;
    else if (job && watched.current) {
      watched.current = false;
      haptics.ended(feelOf(job));
    }
  }, [job, running]);
}
