import { useTranslation } from "react-i18next";
import { Screen } from "@/shared/ui/Screen";

export default function SettingsScreen() {
  const { t } = useTranslation();
  return (
    <Screen title={t("settings.title")} back="/">
      {null}
    </Screen>
  );
}
