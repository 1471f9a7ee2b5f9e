import { closingBehavior } from "@tma.js/sdk-react";
import { useEffect } from "react";

/** Telegram asks before it closes the app while `needed`: a job goes on, but unseen. */
export function useClosingConfirmation(needed: boolean): void {
  useEffect(() => {
    if (!needed) return;
    closingBehavior.mount.ifAvailable();
    closingBehavior.enableConfirmation.ifAvailable();
    return () => void closingBehavior.disableConfirmation.ifAvailable();
  }, [needed]);
}
