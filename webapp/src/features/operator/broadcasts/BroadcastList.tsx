import { useTranslation } from "react-i18next";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../operator.module.css";
import { BroadcastCard } from "./BroadcastCard";
import { useBroadcasts } from "./useBroadcasts";

/** What operators wrote, newest first. */
export function BroadcastList() {
  const { t } = useTranslation();
  const list = useBroadcasts();
  return (
    <section className={css.part} aria-labelledby="broadcasts">
      <h2 id="broadcasts" className="section-title">
        {t("operator.broadcast.all")}
      </h2>
      {list.error && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton cards={2} />}
      {list.broadcasts?.length === 0 && (
        <Empty icon="send" title={t("operator.broadcast.none")}>
          <p>{t("operator.broadcast.noneHint")}</p>
        </Empty>
      )}
      <ul className={css.cards}>
        {list.broadcasts?.map((broadcast) => (
          <BroadcastCard key={broadcast.id} broadcast={broadcast} />
        ))}
      </ul>
      {list.hasNextPage && (
        <button
          type="button"
          className="plain"
          disabled={list.isFetchingNextPage}
          aria-busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t("common.more")}
        </button>
      )}
    </section>
  );
}
