import { hapticFeedback } from "@tma.js/sdk-react";

/** What a hand feels; where the client or the device can't, nothing. */
export const haptics = {
  /** A step of the slider, another chip. */
  selection: () => void hapticFeedback.selectionChanged.ifAvailable(),
  /** A hold that took. */
  armed: () => void hapticFeedback.impactOccurred.ifAvailable("heavy"),
  /** How something ended. */
  ended: (how: "success" | "warning" | "error") =>
    void hapticFeedback.notificationOccurred.ifAvailable(how),
};
