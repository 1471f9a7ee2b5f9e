import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import "@/shared/i18n/live";
import { useMayOperate } from "@/shared/person/useMay";
import { latestFirst, soonestFirst } from "@/shared/signals/listing";
import { useMarkSeen } from "@/shared/signals/seen";
import { useNow } from "@/shared/signals/useNow";
import { useLiveSignals, usePastSignals } from "@/shared/signals/useSignals";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Icon } from "@/shared/ui/Icon";
import { Refreshable } from "@/shared/ui/Refreshable";
import { Screen } from "@/shared/ui/Screen";
import { Skeleton } from "@/shared/ui/Skeleton";
import { LiveCard } from "./LiveCard";
import css from "./live.module.css";
import { PastSignals } from "./PastSignals";
import { StatusLine } from "./StatusLine";

/** What the community watches now and how it ended before, as it comes. */
export default function LiveScreen() {
  const { t } = useTranslation();
  const mayOperate = useMayOperate();
  const live = useLiveSignals();
  const past = usePastSignals();
  const signals = live.data;
  const now = useNow((signals?.length ?? 0) > 0);
  useMarkSeen(signals);
  const refresh = () => Promise.all([live.refetch(), past.refetch()]);
  return (
    <Screen
      title={t("live.title")}
      back="/"
      actions={
        mayOperate && (
          <Link
            href="/operator/signals"
            className={`button plain ${css.operate}`}
            data-testid="live-operate"
          >
            <Icon name="edit" /> {t("live.operate")}
          </Link>
        )
      }
    >
      <div className={css.body}>
        <Refreshable onRefresh={refresh}>
          <StatusLine />
          <div className={css.columns}>
            <section className={css.part} aria-labelledby="live-signals">
              <h2 id="live-signals" className="section-title">
                {t("live.now")}
              </h2>
              {live.error && <Failure error={live.error} onRetry={() => void refresh()} />}
              {live.isPending && <Skeleton cards={2} />}
              {signals?.length === 0 && (
                <Empty icon="live" title={t("live.empty")}>
                  <p>{t("live.emptyHint")}</p>
                </Empty>
              )}
              <ul className={css.cards}>
                {soonestFirst(signals ?? []).map((signal) => (
                  <LiveCard key={signal.id} signal={signal} now={now} />
                ))}
              </ul>
            </section>
            {(past.past || !live.error) && (
              <PastSignals signals={past.past && latestFirst(past.past)} pages={past} />
            )}
          </div>
        </Refreshable>
      </div>
    </Screen>
  );
}
