import { useTranslation } from "react-i18next";
import { useHistoryState } from "wouter/use-browser-location";
import "@/shared/i18n/security";
import { useFormat } from "@/shared/money/useFormat";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Screen } from "@/shared/ui/Screen";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../security.module.css";
import { useMarkRead, useNotices } from "./useNotices";

/** What the person should know, until they say that they do. */
export default function NoticesScreen() {
  const { t } = useTranslation();
  const format = useFormat();
  const cameFrom = useHistoryState<{ back?: string } | null>();
  const notices = useNotices();
  const mark = useMarkRead();
  const items = notices.data?.pages.flatMap((page) => page.items);
  const unread = items?.filter((notice) => notice.read_at === null) ?? [];
  return (
    <Screen title={t("notices.title")} back={cameFrom?.back ?? "/"}>
      {notices.isPending && <Skeleton />}
      {notices.error && <Failure error={notices.error} onRetry={() => void notices.refetch()} />}
      {mark.error && <Failure error={mark.error} />}
      {items?.length === 0 && (
        <Empty icon="bell" title={t("security.notices.none")}>
          <p>{t("security.notices.noneText")}</p>
        </Empty>
      )}
      {unread.length > 1 && (
        <button
          type="button"
          className="plain"
          disabled={mark.isPending}
          aria-busy={mark.isPending}
          onClick={() => mark.mutate(unread.map((notice) => notice.id))}
          data-testid="notices-read-all"
        >
          {t("security.notices.readAll")}
        </button>
      )}
      <ul className="cards" data-testid="notices">
        {items?.map((notice) => {
          const isNew = notice.read_at === null;
          return (
            <li key={notice.id} className="card" data-testid="notice" data-unread={isNew}>
              <div className={isNew ? css.unread : css.entry}>
                {isNew && <span className="dot" aria-hidden="true" />}
                <div className={css.entry}>
                  {isNew && <span className="visually-hidden">{t("security.notices.new")}</span>}
                  <p>{notice.message}</p>
                  <span className="hint">{format.moment(notice.created_at)}</span>
                </div>
              </div>
              {isNew && (
                <button
                  type="button"
                  className={`plain ${css.mark}`}
                  disabled={mark.isPending}
                  onClick={() => mark.mutate([notice.id])}
                  data-testid="notice-read"
                >
                  {t("security.notices.read")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {notices.hasNextPage && (
        <button
          type="button"
          className="plain"
          disabled={notices.isFetchingNextPage}
          aria-busy={notices.isFetchingNextPage}
          onClick={() => void notices.fetchNextPage()}
        >
          {t("common.more")}
        </button>
      )}
    </Screen>
  );
}
