import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "@/shared/person/Person";
import { canAskBiometrics } from "@/shared/telegram/biometrics";
import { Segmented } from "@/shared/ui/Segmented";
import { Setting } from "../Setting";
import { useChangeSettings } from "../useChangeSettings";

const STYLES = ["hold", "tap", "biometrics"] as const;

/** How an order is confirmed; by finger or face only where this device can ask for it. */
export function ConfirmSetting() {
  const { t } = useTranslation();
  const { confirm_style: chosen } = useSettings();
  const change = useChangeSettings();
  const [biometric, setBiometric] = useState<boolean | null>(null);
  useEffect(() => {
    void canAskBiometrics().then(setBiometric);
  }, []);
  return (
    <Setting
      name={t("settings.confirm")}
      hint={t(`settings.confirmHint.${chosen}`)}
      error={change.error}
    >
      <Segmented
        legend={t("settings.confirm")}
        options={STYLES.map((value) => ({
          value,
          label: t(`settings.confirmStyle.${value}`),
          disabled: value === "biometrics" && !biometric,
        }))}
        value={chosen}
        onChange={(value) => change.mutate({ confirm_style: value })}
        testId="settings-confirm"
      />
      {biometric === false && <p className="hint">{t("settings.noBiometrics")}</p>}
    </Setting>
  );
}
