import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../admin.module.css";
import type { Story } from "../types";
import { Drawer } from "../ui/Drawer";
import { ofLeg } from "./entry";
import { Timeline } from "./Timeline";
import { useStory } from "./useJobs";

/** One job with all that happened to it. */
export function JobDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useStory(id);
  return (
    <Drawer title={t("admin.story.title")} onClose={onClose} testId="story">
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton cards={2} />}
      {data && <Told story={data} />}
    </Drawer>
  );
}

function Told({ story }: { story: Story }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [leg, setLeg] = useState<number | null>(null);
  const { job, legs, timeline } = story;
  return (
    <>
      <dl className="facts large" data-testid="story-job" data-state={job.state}>
        <div>
          <dt>{t(`job.${job.kind}`)}</dt>
          <dd>{format.number(job.percent)} %</dd>
        </div>
        <div>
          <dt>{t("admin.jobs.state")}</dt>
          <dd className={`state ${job.state}`}>{t(`job.state.${job.state}`)}</dd>
        </div>
        <div>
          <dt>{t("admin.jobs.accepted")}</dt>
          <dd>{format.moment(job.created_at, true)}</dd>
        </div>
        {job.finished_at && (
          <div>
            <dt>{t("admin.story.ended")}</dt>
            <dd>{format.moment(job.finished_at, true)}</dd>
          </div>
        )}
        <div>
          <dt>{t("admin.story.legs")}</dt>
          <dd>
            {story.progress.legs_done} / {story.progress.legs_total}
          </dd>
        </div>
        <div>
          <dt>{t("admin.story.turns")}</dt>
          <dd>{job.lease_epoch}</dd>
        </div>
      </dl>
      {job.error_code && (
        <p className="notice">
          {job.error_text} <span className={css.mono}>{job.error_code}</span>
        </p>
      )}
      <dl className={css.factlist}>
        {(["id", "account_id"] as const).map((name) => (
          <div key={name}>
            <dt>{t(`admin.story.${name}`)}</dt>
            <dd className={css.mono}>{job[name]}</dd>
          </div>
        ))}
        <div>
          <dt>{t("admin.jobs.person")}</dt>
          <dd className={css.mono}>{job.person.id}</dd>
        </div>
      </dl>
      {legs.length > 1 && (
        <select
          value={leg ?? ""}
          aria-label={t("admin.story.leg")}
          onChange={(event) => setLeg(event.target.value ? Number(event.target.value) : null)}
          data-testid="story-leg"
        >
          <option value="">{t("admin.story.allLegs", { count: legs.length })}</option>
          {legs.map((one) => (
            <option key={one.seq} value={one.seq}>
              {[
                `${one.seq}. ${one.symbol} ${t(`admin.side.${one.side}`)}`,
                `${format.number(one.qty_filled)} / ${format.number(one.qty_planned)}`,
                t(`job.leg.${one.state}`),
              ].join(" · ")}
            </option>
          ))}
        </select>
      )}
      {story.trimmed && <p className="notice">{t("admin.story.trimmed")}</p>}
      <Timeline entries={ofLeg(timeline, leg)} />
    </>
  );
}
