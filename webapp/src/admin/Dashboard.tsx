import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useReach } from "@/shared/api/reach";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "./admin.module.css";
import { JobsPanel } from "./jobs/JobsPanel";
import { DeadLettersPanel } from "./letters/DeadLettersPanel";
import { useOverview } from "./live/useOverview";
import { ExchangePanel } from "./panels/ExchangePanel";
import { LimitsPanel } from "./panels/LimitsPanel";
import { QueuesPanel } from "./panels/QueuesPanel";
import { RatesPanel } from "./panels/RatesPanel";
import { SendingSwitch } from "./panels/SendingSwitch";
import { WorkersPanel } from "./panels/WorkersPanel";

/** Everything that is under way, on one page. */
export function Dashboard() {
  const { t } = useTranslation();
  const format = useFormat();
  const reached = useReach();
  const { data, error, refetch, live } = useOverview();
  useEffect(() => {
    document.title = `${t("admin.title")} · Ebb`;
  }, [t]);
  const state = !reached ? "away" : live ? "live" : "polled";
  return (
    <main className={css.page}>
      <header className={css.head}>
        <div className={css.name}>
          <h1>{t("admin.title")}</h1>
          <p className="hint" role="status" data-testid="live-state" data-state={state}>
            <span className={`${css.pulse} ${css[state]}`} aria-hidden="true" />
            {t(`admin.live.${state}`)}
            {data && <span className="numbers"> · {format.moment(data.at, true)}</span>}
          </p>
        </div>
        {data && <SendingSwitch sending={data.sending} />}
      </header>
      {Boolean(error) && !live && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data && (
        <div className={css.grid}>
          <QueuesPanel overview={data} />
          <RatesPanel rates={data.rates} />
          <WorkersPanel workers={data.workers} at={data.at} />
          <ExchangePanel exchange={data.exchange} />
          <JobsPanel at={data.at} />
          <DeadLettersPanel />
          <LimitsPanel limits={data.limits} />
        </div>
      )}
    </main>
  );
}
