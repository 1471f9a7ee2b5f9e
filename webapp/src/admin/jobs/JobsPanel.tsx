import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useDebounced } from "@/shared/ui/useDebounced";
import css from "../admin.module.css";
import type { AnyJob } from "../types";
import { Panel } from "../ui/Panel";
import { Scrolls } from "../ui/Scrolls";
import { secondsBetween } from "../ui/span";
import { useSpan } from "../ui/useSpan";
import { Filters } from "./Filters";
import { EVERYTHING } from "./filter";
import { JobDrawer } from "./JobDrawer";
import { useJobs } from "./useJobs";

/** Everybody's jobs: found by what is known of them, each with its whole story. */
export function JobsPanel({ at }: { at: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(EVERYTHING);
  const [opened, setOpened] = useState<string | null>(null);
  const jobs = useJobs(useDebounced(wanted, 250));
  const rows = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={t("admin.jobs.title")} testId="jobs">
      <Filters wanted={wanted} onChange={setWanted} />
      {jobs.error && <Failure error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isPending && <Skeleton cards={1} />}
      {jobs.data && rows.length === 0 && <p className="hint">{t("admin.jobs.none")}</p>}
      {rows.length > 0 && (
        <Scrolls>
          <table className={`${css.table} ${css.stacks}`}>
            <thead>
              <tr>
                <th scope="col">{t("admin.jobs.job")}</th>
                <th scope="col">{t("admin.jobs.state")}</th>
                <th scope="col">{t("admin.jobs.person")}</th>
                <th scope="col">{t("admin.jobs.accepted")}</th>
                <th scope="col" className={css.right}>
                  {t("admin.jobs.took")}
                </th>
                <th scope="col">{t("admin.jobs.worker")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((job) => (
                <Row key={job.id} job={job} at={at} onOpen={() => setOpened(job.id)} />
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
      {(jobs.data?.pages.length ?? 0) > 1 && <p className="hint">{t("admin.jobs.held")}</p>}
      {jobs.hasNextPage && (
        <button
          type="button"
          className="plain"
          aria-busy={jobs.isFetchingNextPage}
          onClick={() => void jobs.fetchNextPage()}
        >
          {t("common.more")}
        </button>
      )}
      {opened && <JobDrawer id={opened} onClose={() => setOpened(null)} />}
    </Panel>
  );
}

function Row({ job, at, onOpen }: { job: AnyJob; at: string; onOpen: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const span = useSpan();
  const market = t(`tabs.${job.market_type}`);
  return (
    <tr data-testid="job-row" data-id={job.id} data-state={job.state}>
      <th scope="row">
        <button type="button" className={css.open} onClick={onOpen}>
          {t(`job.${job.kind}`)} {format.number(job.percent)} %
          <span className={css.of}>
            {" "}
            {market} · <span className={css.mono}>{job.id.slice(-8)}</span>
          </span>
        </button>
      </th>
      <td>
        <span className={`state ${job.state}`}>{t(`job.state.${job.state}`)}</span>
        {job.wait_reason && <span className="hint">{t(`admin.waiting.${job.wait_reason}`)}</span>}
        {job.error_code && (
          <span className="hint">
            {job.error_text} <span className={css.mono}>{job.error_code}</span>
          </span>
        )}
      </td>
      <td>
        {job.person.name || "–"}
        <span className={css.of}>
          {" "}
          {t(`admin.role.${job.person.role}`)} · {t(`environment.${job.environment}`)}
        </span>
      </td>
      <td className="numbers">{format.moment(job.created_at, true)}</td>
      <td className={css.right} data-label={t("admin.jobs.took")}>
        {span(secondsBetween(job.created_at, job.finished_at ?? at))}
      </td>
      <td className={css.mono} data-label={t("admin.jobs.worker")}>
        {job.lease_owner ?? "–"}
      </td>
    </tr>
  );
}
