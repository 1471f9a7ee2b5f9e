import { useTranslation } from "react-i18next";
import { closeApp } from "@/shared/telegram/client";
import { Sheet } from "@/shared/ui/Sheet";
import { useLeave } from "./useLeave";

/**
 * The end, inside Telegram. The tokens are worthless by now but stay until the person goes on:
 * without them the page would sign in again at once, and with that begin anew.
 */
export function Gone({ title, text }: { title: string; text: string }) {
  const { t } = useTranslation();
  const leave = useLeave();
  return (
    <Sheet title={title} onClose={leave} testId="gone">
      <p>{text}</p>
      <button type="button" className="main" onClick={closeApp} data-testid="gone-close">
        {t("settings.closeApp")}
      </button>
      <button type="button" className="plain" onClick={leave}>
        {t("settings.signInAgain")}
      </button>
    </Sheet>
  );
}
