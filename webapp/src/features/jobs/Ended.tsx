import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Job } from "@/shared/api/types";
import { MainButton } from "@/shared/telegram/MainButton";
import { Icon } from "@/shared/ui/Icon";
import { EndedLegs } from "./EndedLegs";
import { hasFilled } from "./ending";
import { HandOver } from "./HandOver";
import css from "./jobs.module.css";
import { Receipt } from "./Receipt";
import { RoundTripCard } from "./RoundTripCard";
import { Unprotected } from "./Unprotected";
import { Verify } from "./Verify";

/** How a job ended: the receipt, what needs a look, and what can be done with it. */
export function Ended({ job }: { job: Job }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const trip = job.receipt?.round_trip;
  return (
    <div className={css.parts} data-testid="job">
      <div className={css.columns}>
        <div className={css.parts}>
          <Unprotected symbols={job.receipt?.unprotected ?? []} />
          <Receipt job={job} />
          {trip && hasFilled(job) && <RoundTripCard trip={trip} />}
          {job.kind === "reduce" && hasFilled(job) && (
            <Link href="/restore" className="button plain" data-testid="job-restore">
              <Icon name="restore" />
              {t("job.giveBack")}
            </Link>
          )}
        </div>
        <div className={css.parts}>
          <EndedLegs legs={job.legs} />
          <HandOver job={job} />
          <Verify job={job} />
        </div>
      </div>
      <MainButton text={t("job.close")} onClick={() => go("/")} testId="job-close" />
    </div>
  );
}
