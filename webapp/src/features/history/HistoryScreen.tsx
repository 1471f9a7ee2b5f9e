import { useTranslation } from "react-i18next";
import { Screen } from "@/shared/ui/Screen";

export default function HistoryScreen() {
  const { t } = useTranslation();
  return (
    <Screen title={t("history.title")} back="/">
      {null}
    </Screen>
  );
}
