import { useTranslation } from "react-i18next";
import { useLooking } from "@/shared/person/desk";
import { useSettings } from "@/shared/person/Person";
import { Segmented } from "@/shared/ui/Segmented";
import { Setting } from "../Setting";
import { useChangeSettings } from "../useChangeSettings";

const MARKETS = ["futures", "spot"] as const;

/** The book that the first screen opens with, on devices where no other was chosen. */
export function MarketSetting() {
  const { t } = useTranslation();
  const { default_market: chosen } = useSettings();
  const lookAt = useLooking((state) => state.lookAtMarket);
  const change = useChangeSettings();
  return (
    <Setting name={t("settings.market")} error={change.error}>
      <Segmented
        legend={t("settings.market")}
        options={MARKETS.map((value) => ({ value, label: t(`tabs.${value}`) }))}
        value={chosen}
        onChange={(value) => {
          lookAt(value);
          change.mutate({ default_market: value });
        }}
        testId="settings-market"
      />
    </Setting>
  );
}
