import { useTranslation } from "react-i18next";
import type { PlanLeg, Snapshot } from "@/shared/api/types";
import { tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { Fact, Facts } from "@/shared/ui/Facts";
import type { Mark } from "./choice";
import { directionOf } from "./groups";
import { LegLine } from "./LegLine";
import css from "./restore.module.css";
import { Tick } from "./Tick";
import { useCoinText } from "./useCoinText";

interface Props {
  snapshot: Snapshot;
  mark: Mark;
  onToggle: () => void;
  /** What would come back of it now; undefined where it is not chosen, or not known yet. */
  leg: PlanLeg | undefined;
  isStale: boolean;
}

/** What was closed of one position, and under it what coming back would make of it. */
export function SnapshotRow({ snapshot, mark, onToggle, leg, isStale }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const coinText = useCoinText();
  const { symbol, leverage } = snapshot;
  const direction = directionOf(snapshot);
  const protection = [
    leg?.take_profit ? `TP\u00a0${format.short(leg.take_profit)}` : null,
    leg?.stop_loss ? `SL\u00a0${format.short(leg.stop_loss)}` : null,
  ].filter((part) => part !== null);
  return (
    <li
      className={css.row}
      data-testid="snapshot-row"
      data-symbol={symbol}
      data-chosen={mark === "all"}
    >
      <Tick
        label={t("scope.chooseOne", { symbol })}
        mark={mark}
        onToggle={onToggle}
        testId="choose-snapshot"
      />
      <div className={css.content}>
        <div className={css.name}>
          <h3>{symbol}</h3>
          <span className={`badge ${direction}`}>
            {t(`side.${direction}`)}
            {leverage && ` ${format.number(leverage)}×`}
          </span>
          {leg?.leg_net && (
            <span
              className={`numbers ${css.net} ${tone(leg.leg_net) ?? ""} ${isStale ? "stale" : ""}`}
              data-testid="leg-net"
            >
              <span className="visually-hidden">{t("restore.legNet")}</span>
              {coinText(leg.settle_coin, leg.leg_net)}
            </span>
          )}
        </div>
        <Facts>
          <Fact name={t("restore.left")} testId="restorable">
            {t("restore.leftOf", {
              left: format.number(snapshot.qty_restorable),
              closed: format.number(snapshot.qty_closed),
            })}
          </Fact>
          <Fact name={t("restore.closedAt")}>{format.short(snapshot.closed_price)}</Fact>
          {leg && <Fact name={t("restore.now")}>{format.short(leg.price)}</Fact>}
          {protection.length > 0 && (
            <Fact name={t("restore.again")} testId="protection">
              {protection.join(" · ")}
            </Fact>
          )}
        </Facts>
        {leg && <LegLine leg={leg} isStale={isStale} />}
      </div>
    </li>
  );
}
