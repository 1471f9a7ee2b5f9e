import { backButton } from "@tma.js/sdk-react";
import { useEffect, useEffectEvent } from "react";
import { insideTelegram } from "./client";

/** Whether Telegram shows a way back above the page, so that the page needs none. */
export function hasBackButton(): boolean {
  return insideTelegram() && backButton.isSupported();
}

/** Where "back" leads from what is open now, the last of it on top: a sheet lies over its screen. */
const ways: (() => void)[] = [];
let stopListening: (() => void) | null = null;

function open(way: () => void): () => void {
  ways.push(way);
  if (ways.length === 1) {
    backButton.mount.ifAvailable();
    const off = backButton.onClick.ifAvailable(() => ways.at(-1)?.());
    stopListening = off.ok ? off.data : null;
    backButton.show.ifAvailable();
  }
  return () => {
    ways.splice(ways.lastIndexOf(way), 1);
    if (ways.length > 0) return;
    stopListening?.();
    backButton.hide.ifAvailable();
  };
}

/** Telegram's back button, while there is somewhere to go back to; the latest caller has it. */
export function useBackButton(onBack: (() => void) | null): void {
  const back = useEffectEvent(() => onBack?.());
  const shown = onBack !== null;
  useEffect(() => {
    if (!shown || !hasBackButton()) return;
    return open(() => back());
  }, [shown]);
}
