import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import "@/shared/i18n/signIn";
import { Skeleton } from "@/shared/ui/Skeleton";
import { DevSignIn } from "./DevSignIn";
import { useWays } from "./useWays";
import { WaysPanel } from "./WaysPanel";
import { Welcome } from "./Welcome";
import { chatOf, waysOf } from "./ways";

/** The way in from a browser: over to Telegram, or the bot asks, or a password does. */
export default function OutsideScreen() {
  const { t } = useTranslation();
  const there = useWays();
  const chat = chatOf(there?.bot_name ?? null);
  useEffect(() => {
    document.title = `${t("signIn.title")} · Ebb`;
  }, [t]);

  return (
    <Welcome>
      <h1>{t("signIn.title")}</h1>
      {there === null && <Skeleton cards={1} />}
      {chat !== null && (
        <a
          className="button plain"
          href={chat}
          rel="noopener noreferrer"
          data-testid="open-telegram"
        >
          {t("signIn.openTelegram")}
        </a>
      )}
      {there !== null && <WaysPanel ways={waysOf(there)} />}
      {there?.environment === "sandbox" && <DevSignIn />}
    </Welcome>
  );
}
