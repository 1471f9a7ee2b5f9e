import { init, isTMA, miniApp, swipeBehavior } from "@tma.js/sdk-react";
import { initData } from "./launch";

let inside = false;

/** Whether the page runs inside a Telegram client that the SDK could talk to. */
export function insideTelegram(): boolean {
  return inside;
}

/** Start talking to Telegram's client, once, before anything is drawn. Elsewhere: nothing. */
export function meetTelegram(): void {
  if (!initData()) return;
  try {
    if (!isTMA()) return;
    init({ acceptCustomStyles: false });
    inside = true;
    // A list that is scrolled must not close the app.
    if (swipeBehavior.mount.isAvailable()) {
      swipeBehavior.mount();
      swipeBehavior.disableVertical.ifAvailable();
    }
    // Telegram's own bars continue the page instead of framing it.
    miniApp.mount.ifAvailable();
    miniApp.setHeaderColor.ifAvailable("secondary_bg_color");
    miniApp.setBgColor.ifAvailable("secondary_bg_color");
    miniApp.setBottomBarColor.ifAvailable("secondary_bg_color");
    miniApp.ready.ifAvailable();
  } catch {
    // A client that cannot be talked to still shows the page, with buttons of its own.
    inside = false;
  }
}

/** Leave the Mini App. */
export function closeApp(): void {
  miniApp.close.ifAvailable();
}
