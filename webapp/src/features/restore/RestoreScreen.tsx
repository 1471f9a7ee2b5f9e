import { useTranslation } from "react-i18next";
import { Screen } from "@/shared/ui/Screen";

export default function RestoreScreen() {
  const { t } = useTranslation();
  return (
    <Screen title={t("restore.title")} back="/">
      {null}
    </Screen>
  );
}
