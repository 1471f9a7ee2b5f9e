import { useTranslation } from "react-i18next";
import { endSession } from "@/shared/api/session";
import { closeApp } from "@/shared/telegram/client";
import { Sheet } from "@/shared/ui/Sheet";

/**
 * The end, inside Telegram. The tokens are worthless by now but stay until the person goes on:
 * without them the page would sign in again at once, and with that begin anew.
 */
export function Gone({ title, text }: { title: string; text: string }) {
  const { t } = useTranslation();
  return (
    <Sheet title={title} onClose={endSession} testId="gone">
      <p>{text}</p>
      <button type="button" className="main" onClick={closeApp} data-testid="gone-close">
        {t("settings.closeApp")}
      </button>
      <button type="button" className="plain" onClick={endSession}>
        {t("settings.signInAgain")}
      </button>
    </Sheet>
  );
}
