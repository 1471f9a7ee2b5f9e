import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { Fact, Facts } from "@/shared/ui/Facts";
import css from "./signals.module.css";

/** "football · 1x2": where it is to be found. */
export function fieldOf({ sport, market }: Pick<Signal, "sport" | "market">): string {
  return [sport, market].filter(Boolean).join(" · ");
}

/** What is expected of a signal, and what it is called elsewhere. */
export function SignalFacts({ signal }: { signal: Signal }) {
  const { t } = useTranslation();
  const format = useFormat();
  const confidence = decimal(signal.confidence).times(100).toFixed();
  const plus = decimal(signal.ev).gt(0) ? "+" : "";
  return (
    <Facts large className={css.facts}>
      <Fact name={t("signal.confidence")}>{format.number(confidence)} %</Fact>
      <Fact name={t("signal.ev")}>
        {plus}
        {format.number(signal.ev)} %
      </Fact>
      <Fact name={t("signal.marketId")}>
        <span className={css.id}>{signal.market_id}</span>
      </Fact>
    </Facts>
  );
}
