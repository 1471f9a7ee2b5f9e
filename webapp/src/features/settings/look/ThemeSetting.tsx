import { useTranslation } from "react-i18next";
import { insideTelegram } from "@/shared/telegram/client";
import { Setting } from "../Setting";

/** Nothing to choose: the colours are those of the place. */
export function ThemeSetting() {
  const { t } = useTranslation();
  return (
    <Setting
      name={t("settings.theme")}
      hint={insideTelegram() ? t("settings.themeTelegram") : t("settings.themeSystem")}
    />
  );
}
