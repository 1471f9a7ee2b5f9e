import { settingsButton } from "@tma.js/sdk-react";
import { useEffect, useEffectEvent } from "react";
import { insideTelegram } from "./client";

/** The "Settings" entry of Telegram's own menu. */
export function useSettingsButton(onClick: () => void): void {
  const press = useEffectEvent(onClick);
  useEffect(() => {
    if (!insideTelegram()) return;
    settingsButton.mount.ifAvailable();
    const off = settingsButton.onClick.ifAvailable(() => press());
    settingsButton.show.ifAvailable();
    return () => {
      if (off.ok) off.data();
      settingsButton.hide.ifAvailable();
    };
  }, []);
}
