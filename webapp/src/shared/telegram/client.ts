import { init, isTMA, miniApp, swipeBehavior, themeParams } from "@tma.js/sdk-react";
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
    colourBars();
    miniApp.ready.ifAvailable();
  } catch {
    // A client that cannot be talked to still shows the page, with buttons of its own.
    inside = false;
  }
}

/** Telegram's own bars continue the page instead of framing it. */
function colourBars(): void {
  try {
    // The names of colours mean something to the library once it knows the theme.
    themeParams.mount.ifAvailable();
    miniApp.mount.ifAvailable();
    miniApp.setHeaderColor.ifAvailable("secondary_bg_color");
    miniApp.setBgColor.ifAvailable("secondary_bg_color");
    miniApp.setBottomBarColor.ifAvailable("secondary_bg_color");
  } catch {
    // A theme without that colour costs the bars their colour, nothing else.
  }
}

/** Leave the Mini App. */
export function closeApp(): void {
  miniApp.close.ifAvailable();
}
