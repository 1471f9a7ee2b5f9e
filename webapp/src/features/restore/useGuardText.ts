import { useTranslation } from "react-i18next";
import { decimal } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import type { PriceGuard } from "./guard";

/** A guard in a few words; an ellipsis for a percentage that is not typed yet. */
export function useGuardText() {
  const { t } = useTranslation();
  const format = useFormat();
  return (guard: PriceGuard | null | undefined): string => {
    if (guard === null) return t("guard.anyPrice");
    if (guard === undefined) return t("guard.withinPercent", { distance: "…" });
    if (guard.better_only) return t("guard.noWorse");
    const distance = decimal(String(guard.max_slippage_bps ?? 0)).div(100);
    return t("guard.withinPercent", { distance: format.number(distance.toFixed()) });
  };
}
