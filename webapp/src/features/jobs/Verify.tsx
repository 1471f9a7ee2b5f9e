import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Job, Verification } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { haptics } from "@/shared/telegram/haptics";
import { Failure } from "@/shared/ui/Failure";
import { Icon } from "@/shared/ui/Icon";
import css from "./jobs.module.css";

/** Asks the exchange what it knows of this job, and shows what it said last. */
export function Verify({ job }: { job: Job }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const verify = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/jobs/{job_id}/verify", { params: { path: { job_id: job.id } } })),
    onSuccess: (checked) => {
      haptics.ended(checked.verification?.agrees ? "success" : "warning");
      queries.setQueryData(["job", job.id], checked);
    },
  });
  return (
    <>
      {job.verification && <Stamp verification={job.verification} />}
      {verify.error && <Failure error={verify.error} />}
      <button
        type="button"
        className="plain"
        aria-disabled={verify.isPending}
        aria-busy={verify.isPending}
        onClick={() => !verify.isPending && verify.mutate()}
        data-testid="job-verify"
      >
        {verify.isPending
          ? t("job.verifying")
          : t(job.verification ? "job.verifyAgain" : "job.verify")}
      </button>
    </>
  );
}

function Stamp({ verification }: { verification: Verification }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { agrees, code } = verification;
  const unclear = code === "out_of_reach";
  const apart = verification.legs.filter((leg) => !leg.agrees);
  return (
    <section
      className={`card ${css.stamp} ${agrees ? css.agrees : unclear ? css.unclear : css.differs}`}
      aria-live="polite"
      data-testid="verification"
      data-agrees={agrees}
    >
      <h2 className="row">
        <Icon name={agrees ? "check" : "warning"} />
        {t(agrees ? "job.agrees" : unclear ? "job.unclear" : "job.differs")}
      </h2>
      <p>{verification.text}</p>
      {apart.length > 0 && !unclear && (
        <ul className={css.apart}>
          {apart.map((leg) => (
            <li key={leg.leg_id}>
              <strong>{leg.symbol}</strong>
              <span className="hint numbers">
                {t("job.ours", { qty: format.number(leg.qty_ours) })} ·{" "}
                {t("job.theirs", { qty: format.number(leg.qty_exchange) })}
                {leg.avg_price_exchange !== null &&
                  ` ${t("job.at", { price: format.average(leg.avg_price_exchange) })}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="hint numbers">
        {t("job.checkedAt", { time: format.moment(verification.checked_at, true) })}
      </p>
    </section>
  );
}
