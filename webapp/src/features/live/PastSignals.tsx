import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";
import { tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { Outcome } from "@/shared/signals/Outcome";
import { fieldOf } from "@/shared/signals/SignalFacts";
import type { usePastSignals } from "@/shared/signals/useSignals";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "./live.module.css";

interface Props {
  signals: readonly Signal[] | undefined;
  pages: ReturnType<typeof usePastSignals>;
}

/** The signals that ended, the last first; nothing while there are none. */
export function PastSignals({ signals, pages }: Props) {
  const { t } = useTranslation();
  if (signals?.length === 0 && !pages.hasNextPage && !pages.error) return null;
  return (
    <section className={css.part} aria-labelledby="past-signals">
      <h2 id="past-signals" className="section-title">
        {t("live.past")}
      </h2>
      {pages.error && <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <Skeleton cards={1} />}
      {signals && signals.length > 0 && (
        <ul className={`card ${css.rows}`}>
          {signals.map((signal) => (
            <PastSignal key={signal.id} signal={signal} />
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <button
          type="button"
          className="plain"
          disabled={pages.isFetchingNextPage}
          aria-busy={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
          data-testid="live-more"
        >
          {t("common.more")}
        </button>
      )}
    </section>
  );
}

function PastSignal({ signal }: { signal: Signal }) {
  const format = useFormat();
  return (
    <li className={css.past} data-testid="past-signal" data-id={signal.id}>
      <span className="grow">
        <strong className={css.pastName}>{signal.name}</strong>
        <span className="hint">{fieldOf(signal)}</span>
        <span className="hint numbers">{format.moment(signal.ended_at ?? signal.expires_at)}</span>
      </span>
      <span className={css.end}>
        <Outcome signal={signal} />
        {signal.pnl !== null && (
          <span className={`numbers ${css.pnl} ${tone(signal.pnl) ?? ""}`}>
            {format.signed(signal.pnl)}
          </span>
        )}
      </span>
    </li>
  );
}
