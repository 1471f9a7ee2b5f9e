import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LiveStatus } from "@/shared/live/messages";
import { useLiveEvent, useLiveState } from "@/shared/live/useLive";
import { tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { usePerson } from "@/shared/person/Person";
import { Fact, Facts } from "@/shared/ui/Facts";
import css from "./live.module.css";
import { standingOf } from "./standing";

const UNKNOWN = "—";

/** How the service stands and what the person's own day came to, as it is told each second. */
export function StatusLine() {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLiveState();
  const hasAccount = usePerson().accounts.length > 0;
  const [told, setTold] = useState<LiveStatus | null>(null);
  useLiveEvent("status", setTold);
  const status = line === "open" ? told : null;
  const standing = standingOf(line, status);
  const pnl = status && String(status.sessionPnL);
  return (
    <section className={`card ${css.status}`} aria-label={t("live.status")} data-testid="status">
      <p className={css.standing} role="status" data-testid="standing" data-standing={standing}>
        <span className={css.lamp} data-standing={standing} aria-hidden="true" />
        {t(`live.standing.${standing}`)}
      </p>
      <Facts className={css.figures}>
        <Fact name={t("live.people")}>{status?.activeUsers ?? UNKNOWN}</Fact>
        <Fact name={t("live.queue")}>{status?.queueDepth ?? UNKNOWN}</Fact>
        {hasAccount && (
          <>
            <Fact name={t("live.trades")}>{status?.sessionTrades ?? UNKNOWN}</Fact>
            <Fact name={t("live.pnl")} {...(pnl && { tone: tone(pnl) ?? "" })}>
              {pnl ? `${format.signed(pnl)} USD` : UNKNOWN}
            </Fact>
          </>
        )}
      </Facts>
    </section>
  );
}
