import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";
import { useFormat } from "@/shared/money/useFormat";
import { Icon } from "@/shared/ui/Icon";
import css from "./desk.module.css";

const REFRESH_MS = 5000;
const LATEST = 10;

/** Jobs that are not over: the way back to what was left while it ran. */
export function OpenJobs({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const jobs = useQuery({
    queryKey: ["jobs", "latest", accountId],
    queryFn: () =>
      unwrap(api.GET("/api/jobs", { params: { query: { account_id: accountId, limit: LATEST } } })),
    refetchInterval: REFRESH_MS,
  });
  const open = jobs.data?.items.filter((job) => !isEnded(job)) ?? [];
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
