import { useTranslation } from "react-i18next";
import { useSettings } from "@/shared/person/Person";
import { Segmented } from "@/shared/ui/Segmented";
import { Setting } from "../Setting";
import { useChangeSettings } from "../useChangeSettings";

const SECONDS = [0, 3, 5, 10] as const;

/** How long a job waits before its first order, so that it can be taken back. */
export function UndoSetting() {
  const { t } = useTranslation();
  const { undo_seconds: chosen } = useSettings();
  const change = useChangeSettings();

  function choose(value: string) {
    const seconds = SECONDS.find((one) => String(one) === value);
    if (seconds !== undefined) change.mutate({ undo_seconds: seconds });
  }

  return (
    <Setting name={t("settings.undo")} hint={t("settings.undoHint")} error={change.error}>
      <Segmented
        legend={t("settings.undo")}
        options={SECONDS.map((seconds) => ({
          value: String(seconds),
          label: seconds === 0 ? t("settings.undoNone") : t("settings.undoSeconds", { seconds }),
        }))}
        value={String(chosen)}
        onChange={choose}
        testId="settings-undo"
      />
    </Setting>
  );
}
