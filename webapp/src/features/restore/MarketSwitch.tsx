import { useTranslation } from "react-i18next";
import type { MarketType } from "@/shared/api/types";
import { useLooking } from "@/shared/person/desk";
import { useSnapshots } from "@/shared/snapshots/useSnapshots";
import { haptics } from "@/shared/telegram/haptics";
import { Segmented } from "@/shared/ui/Segmented";

/** Futures ↔ Spot, each with how much of it can be restored. */
export function MarketSwitch({ accountId, market }: { accountId: string; market: MarketType }) {
  const { t } = useTranslation();
  const lookAt = useLooking((state) => state.lookAtMarket);
  const counts = {
    futures: useSnapshots(accountId, "futures").data?.length,
    spot: useSnapshots(accountId, "spot").data?.length,
  };
  const option = (value: MarketType) => ({
    value,
    label:
      counts[value] === undefined ? t(`tabs.${value}`) : `${t(`tabs.${value}`)} · ${counts[value]}`,
  });
  return (
    <Segmented
      legend={t("restore.market")}
      options={[option("futures"), option("spot")]}
      value={market}
      onChange={(next) => {
        haptics.selection();
        lookAt(next);
      }}
      testId="restore-market"
    />
  );
}
