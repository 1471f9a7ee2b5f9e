import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/money/useFormat";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import { EVERYTHING, type Filter, isEverything } from "./filter";
import css from "./history.module.css";
import { JobRow } from "./JobRow";
import { byDay, type Day, dayKey } from "./listing";
import type { useHistory } from "./useHistory";

interface Props {
  history: ReturnType<typeof useHistory>;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** The jobs, day by day. */
export function JobList({ history, filter, onFilter }: Props) {
  const { t } = useTranslation();
  const dayName = useDayName();
  const { jobs, error } = history;
  return (
    <section className={css.parts} aria-label={t("history.jobs")}>
      {error && <Failure error={error} onRetry={() => void history.refetch()} />}
      {history.isPending && <Skeleton />}
      {jobs?.length === 0 && !history.hasNextPage && (
        <Empty
          icon="history"
          title={t(isEverything(filter) ? "history.empty" : "history.noneMatch")}
        >
          {isEverything(filter) ? (
            <p>{t("history.emptyHint")}</p>
          ) : (
            <button type="button" className="plain" onClick={() => onFilter(EVERYTHING)}>
              {t("history.showAll")}
            </button>
          )}
        </Empty>
      )}
      <div
        className={`${css.parts} ${history.isPlaceholderData ? "stale" : ""}`}
        aria-busy={history.isFetching}
      >
        {byDay(jobs ?? []).map((day) => (
          <div key={day.key} className={css.day}>
            <h2 className="section-title">{dayName(day)}</h2>
            <ul className={`card ${css.rows}`}>
              {day.jobs.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
          </div>
        ))}
      </div>
      {history.hasNextPage && (
        <button
          type="button"
          className="plain"
          aria-disabled={history.isFetchingNextPage}
          aria-busy={history.isFetchingNextPage}
          onClick={() => !history.isFetchingNextPage && void history.fetchNextPage()}
          data-testid="history-more"
        >
          {history.isFetchingNextPage ? t("common.loading") : t("common.more")}
        </button>
      )}
    </section>
  );
}

function useDayName() {
  const { t } = useTranslation();
  const format = useFormat();
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  return ({ key, jobs: [first] }: Day) => {
    if (key === dayKey(today)) return t("history.today");
    if (key === dayKey(yesterday)) return t("history.yesterday");
    return first ? format.day(first.created_at) : key;
  };
}
