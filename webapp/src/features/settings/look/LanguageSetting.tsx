import { useTranslation } from "react-i18next";
import type { Settings } from "@/shared/api/types";
import { useSettings } from "@/shared/person/Person";
import { Segmented } from "@/shared/ui/Segmented";
import { Setting } from "../Setting";
import { useChangeSettings } from "../useChangeSettings";

const LANGUAGES = ["ru", "en", "auto"] as const;
type Choice = (typeof LANGUAGES)[number];

const chosen = (language: Settings["language"] | undefined): Choice => language ?? "auto";

export function LanguageSetting() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const change = useChangeSettings();
  return (
    <Setting name={t("settings.language")} error={change.error}>
      <Segmented
        legend={t("settings.language")}
        options={LANGUAGES.map((value) => ({ value, label: t(`settings.languages.${value}`) }))}
        value={chosen(change.isPending ? change.variables.language : language)}
        onChange={(value) => change.mutate({ language: value === "auto" ? null : value })}
        testId="settings-language"
      />
    </Setting>
  );
}
