import { useTranslation } from "react-i18next";
import type { Leg } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Coins } from "@/shared/ui/Coins";
import { Fact, Facts } from "@/shared/ui/Facts";
import { formatDuration } from "./duration";
import css from "./jobs.module.css";

/** A leg's numbers, for those who opened it. */
export function LegFacts({ leg }: { leg: Leg }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={css.legFacts}>
      <Facts>
        <Fact name={t("job.plannedQty")}>{format.number(leg.qty_planned)}</Fact>
        <Fact name={t("job.filledQty")}>{format.number(leg.qty_filled)}</Fact>
        <Fact name={t("job.sizeBefore")}>{format.number(leg.size_before)}</Fact>
        {leg.avg_price !== null && (
          <Fact name={t("job.average")}>{format.average(leg.avg_price)}</Fact>
        )}
        <Fact name={t("job.fees")}>
          <Coins amounts={leg.fee} />
        </Fact>
        {leg.sent_at !== null && (
          <>
            <Fact name={t("job.ack")}>{formatDuration(leg.ack_ms, format.language)}</Fact>
            <Fact name={t("job.fill")}>{formatDuration(leg.fill_ms, format.language)}</Fact>
          </>
        )}
        {(leg.protection === "pending" || leg.protection === "restored") && (
          <Fact name={t("job.protection.name")}>{t(`job.protection.${leg.protection}`)}</Fact>
        )}
        {leg.order_ids.length > 0 && (
          <Fact name={t("job.orders")}>
            {leg.order_ids.map((id) => (
              <span key={id} className={css.orderId}>
                {id}
              </span>
            ))}
          </Fact>
        )}
      </Facts>
    </div>
  );
}
