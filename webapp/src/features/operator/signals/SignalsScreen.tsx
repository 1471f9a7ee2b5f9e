import { useState } from "react";
import { useTranslation } from "react-i18next";
import "@/shared/i18n/live";
import "@/shared/i18n/operator";
import { latestFirst, soonestFirst } from "@/shared/signals/listing";
import { useNow } from "@/shared/signals/useNow";
import { useLiveSignals, usePastSignals } from "@/shared/signals/useSignals";
import { MainButton } from "@/shared/telegram/MainButton";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Screen } from "@/shared/ui/Screen";
import { Skeleton } from "@/shared/ui/Skeleton";
import { ChannelFault } from "../ChannelFault";
import { OperatorTabs } from "../OperatorTabs";
import css from "../operator.module.css";
import { useChannel } from "../useChannel";
import { NewSignal } from "./NewSignal";
import { OperatedSignal } from "./OperatedSignal";
import { everyFewSeconds } from "./posting";

/** Make signals, change them, and say how they ended. */
export default function SignalsScreen() {
  const { t } = useTranslation();
  const channel = useChannel();
  const live = useLiveSignals(everyFewSeconds);
  const { past, ...pages } = usePastSignals(everyFewSeconds);
  const [adding, setAdding] = useState(false);
  const now = useNow((live.data?.length ?? 0) > 0);
  return (
    <Screen title={t("operator.signals.title")} back="/live">
      <OperatorTabs at="signals" />
      <ChannelFault channel={channel} />
      <div className={css.columns}>
        <section className={css.part} aria-labelledby="operated-live">
          <h2 id="operated-live" className="section-title">
            {t("live.now")}
          </h2>
          {live.error && <Failure error={live.error} onRetry={() => void live.refetch()} />}
          {live.isPending && <Skeleton cards={2} />}
          {live.data?.length === 0 && (
            <Empty icon="live" title={t("live.empty")}>
              <p>{t("operator.signals.emptyHint")}</p>
            </Empty>
          )}
          <ul className={css.cards}>
            {soonestFirst(live.data ?? []).map((signal) => (
              <OperatedSignal key={signal.id} signal={signal} now={now} />
            ))}
          </ul>
        </section>
        {(past === undefined || past.length > 0 || pages.hasNextPage) && (
          <section className={css.part} aria-labelledby="operated-past">
            <h2 id="operated-past" className="section-title">
              {t("live.past")}
            </h2>
            {pages.error && <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
            {pages.isPending && <Skeleton cards={1} />}
            <ul className={css.cards}>
              {latestFirst(past ?? []).map((signal) => (
                <OperatedSignal key={signal.id} signal={signal} now={now} />
              ))}
            </ul>
            {pages.hasNextPage && (
              <button
                type="button"
                className="plain"
                disabled={pages.isFetchingNextPage}
                aria-busy={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                {t("common.more")}
              </button>
            )}
          </section>
        )}
      </div>
      {adding ? (
        <NewSignal onClose={() => setAdding(false)} />
      ) : (
        channel.chat && (
          <MainButton
            text={t("operator.signals.new")}
            onClick={() => setAdding(true)}
            testId="signal-new"
          />
        )
      )}
    </Screen>
  );
}
