import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import type { Job } from "@/shared/api/types";
import { useLiveEvent, useLiveState } from "@/shared/live/useLive";
import { useFormat } from "@/shared/money/useFormat";
import { Icon } from "@/shared/ui/Icon";
import css from "./desk.module.css";
import { openOf } from "./unended";

const REFRESH_MS = 5000;
const LATEST = 10;

/** Jobs that are not over: the way back to what was left while it ran. */
export function OpenJobs({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const isLive = useLiveState() === "open";
  const [told, setTold] = useState<Record<string, Job>>({});
  useLiveEvent("job", (job) => setTold((before) => ({ ...before, [job.id]: job })));
  useEffect(() => {
    // What ended before the socket opened is not told any more.
    if (isLive) void queries.invalidateQueries({ queryKey: ["jobs", "latest"] });
  }, [isLive, queries]);
  const jobs = useQuery({
    queryKey: ["jobs", "latest", accountId],
    queryFn: () =>
      unwrap(api.GET("/api/jobs", { params: { query: { account_id: accountId, limit: LATEST } } })),
    refetchInterval: isLive ? false : REFRESH_MS,
  });
  const open = openOf(accountId, jobs.data?.items ?? [], told);
  return open.map((job) => (
    <Link key={job.id} href={`/jobs/${job.id}`} className={css.banner} data-testid="open-job">
      <span className="spinner" data-ready="true" aria-hidden="true" />
      <span className="grow">
        {t(`job.${job.kind}`)} {format.number(job.percent)} % · {t(`job.state.${job.state}`)}
      </span>
      <Icon name="chevron" />
    </Link>
  ));
}
