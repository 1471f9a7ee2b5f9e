import { useTranslation } from "react-i18next";
import { parsePercent } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { useSettings } from "@/shared/person/Person";
import { say } from "@/shared/ui/Toast";
import { SavedInput } from "../SavedInput";
import { Setting } from "../Setting";
import { useChangeSettings } from "../useChangeSettings";

/** What the slider of the first screen starts at. */
export function PercentSetting() {
  const { t } = useTranslation();
  const format = useFormat();
  const { default_percent: chosen } = useSettings();
  const change = useChangeSettings();
  return (
    <Setting name={t("settings.percent")} hint={t("settings.percentHint")} error={change.error}>
      <SavedInput
        label={t("settings.percent")}
        saved={format.number(chosen)}
        read={(typed) => parsePercent(typed) ?? undefined}
        onSave={(percent) =>
          change.mutate({ default_percent: percent }, { onSuccess: () => say(t("common.saved")) })
        }
        fault={t("percent.bad")}
        unit="%"
        testId="settings-percent"
      />
    </Setting>
  );
}
