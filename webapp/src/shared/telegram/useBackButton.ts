import { backButton } from "@tma.js/sdk-react";
import { useEffect, useEffectEvent } from "react";
import { insideTelegram } from "./client";

/** Whether Telegram shows a way back above the page, so that the page needs none. */
export function hasBackButton(): boolean {
  return insideTelegram() && backButton.isSupported();
}

/** Telegram's back button, while there is somewhere to go back to. */
export function useBackButton(onBack: (() => void) | null): void {
  const back = useEffectEvent(() => onBack?.());
  const shown = onBack !== null;
  useEffect(() => {
    if (!shown || !hasBackButton()) return;
    backButton.mount.ifAvailable();
    const off = backButton.onClick.ifAvailable(() => back());
    backButton.show.ifAvailable();
    return () => {
      if (off.ok) off.data();
      backButton.hide.ifAvailable();
    };
  }, [shown]);
}
