import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Section";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../security.module.css";
import { useAudit } from "./useAudit";
import { useSentence } from "./useSentence";

/** What happened in the account, in words: a stranger's deed would stand here too. */
export function AuditSection() {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useSentence();
  const audit = useAudit();
  const entries = audit.data?.pages.flatMap((page) => page.items);
  return (
    <Section title={t("security.audit.section")}>
      {audit.isPending && <Skeleton cards={2} />}
      {audit.error && <Failure error={audit.error} onRetry={() => void audit.refetch()} />}
      {entries?.length === 0 && <p className="hint">{t("security.audit.none")}</p>}
      <ul className={`rows ${css.ways}`} data-testid="own-audit">
        {entries?.map((entry) => (
          <li key={entry.id} className={css.entry} data-action={entry.action}>
            <span>{sentence(entry.action)}</span>
            <span className="hint numbers">
              {[format.moment(entry.at, true), entry.remote_addr].filter(Boolean).join(" · ")}
            </span>
          </li>
        ))}
      </ul>
      {audit.hasNextPage && (
        <button
          type="button"
          className="plain"
          disabled={audit.isFetchingNextPage}
          aria-busy={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
          data-testid="audit-more"
        >
          {t("common.more")}
        </button>
      )}
    </Section>
  );
}
