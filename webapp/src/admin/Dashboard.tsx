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
import { useSending } from "./panels/useSending";
import { WorkersPanel } from "./panels/WorkersPanel";

/** Everything that is under way, on one page. */
export function Dashboard() {
  const { t } = useTranslation();
  const format = useFormat();
  const reached = useReach();
  const { data, dataUpdatedAt, trouble, refetch, live } = useOverview();
  // What is done here is possible also while the database is too busy for the whole picture.
  const blind = Boolean(trouble) && !live;
  const alone = useSending(blind);
  const sending = alone.dataUpdatedAt > dataUpdatedAt ? alone.data : data?.sending;
  const at = data?.at ?? new Date().toISOString();
  useEffect(() => {
    document.title = `${t("admin.title")} · Ebb`;
  }, [t]);
  const state = !reached ? "away" : live ? "live" : "polled";
  return (
    <main className={css.page}>
      <header className={css.head}>
        <div className={css.name}>
          <h1>{t("admin.title")}</h1>
          <p className="hint">
            <span role="status" data-testid="live-state" data-state={state}>
              <span className={`${css.pulse} ${css[state]}`} aria-hidden="true" />
              {t(`admin.live.${state}`)}
            </span>
            {/* Outside of what is announced: it changes each second. */}
            {data && <span className="numbers"> · {format.moment(data.at, true)}</span>}
          </p>
        </div>
        {sending && <SendingSwitch sending={sending} />}
      </header>
      {blind && <Failure error={trouble} onRetry={() => void refetch()} />}
      {!data && !trouble && <Skeleton />}
      <div className={css.grid}>
        {data && (
          <>
            <QueuesPanel overview={data} />
            <RatesPanel rates={data.rates} />
            <WorkersPanel workers={data.workers} at={data.at} />
            <ExchangePanel exchange={data.exchange} />
          </>
        )}
        <JobsPanel at={at} />
        <DeadLettersPanel />
        {data && <LimitsPanel limits={data.limits} />}
      </div>
    </main>
  );
}
