import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";
import type { Job, Leg } from "@/shared/api/types";
import { asLanguage, formatMoney, formatNumber, formatShort } from "@/shared/money/format";
import { Failure } from "@/shared/ui/Failure";
import { useJob } from "./useJob";

/** A job as it happens, leg by leg; at its end the receipt. */
export default function JobScreen({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const onClose = () => go("/");
  const query = useJob(id);
  const cancel = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: id } } })),
    onSuccess: (job) => queries.setQueryData(["job", id], job),
  });
  const job = query.data;
  // Polling goes on by itself, so there is a reason long before there is a final error.
  const trouble = query.error ?? query.failureReason;
  if (!job) {
    return trouble ? (
      <>
        <Failure
          error={trouble}
          onRetry={() => void queries.resetQueries({ queryKey: ["job", id] })}
        />
        <button type="button" className="plain" onClick={onClose}>
          {t("job.close")}
        </button>
      </>
    ) : (
      <p role="status">…</p>
    );
  }
  const ended = isEnded(job);
  const { legs_done: done, legs_total: total } = job.progress;
  return (
    <section className="card" data-testid="job" aria-label={t(`job.${job.kind}`)}>
      <div className="row spread">
        <h2>
          {t(`job.${job.kind}`)} {formatNumber(job.percent, asLanguage(i18n.language))} %
        </h2>
        <strong
          aria-live="polite"
          data-testid="job-state"
          data-state={job.state}
          className={`state ${job.state}`}
        >
          {t(`job.state.${job.state}`)}
        </strong>
      </div>
      <progress
        aria-label={t("job.progress", { done, total })}
        max={Math.max(total, 1)}
        value={ended ? Math.max(total, 1) : done}
        data-testid="job-progress"
      />
      <p className="hint">{t("job.progress", { done, total })}</p>
      {trouble && !ended && <Failure error={trouble} />}
      {job.wait && (
        <p className="notice" role="status" data-testid="job-wait">
          {job.wait.text}
        </p>
      )}
      {job.error && <p className="fault">{job.error.text}</p>}
      {ended && <Receipt job={job} />}
      <ul className="legs">
        {job.legs.map((leg) => (
          <LegRow key={leg.id} leg={leg} />
        ))}
      </ul>
      {cancel.error && !ended && <Failure error={cancel.error} />}
      {ended ? (
        <button type="button" className="main" onClick={onClose} data-testid="job-close">
          {t("job.close")}
        </button>
      ) : (
        <button
          type="button"
          className="plain"
          disabled={cancel.isPending || job.cancel_requested}
          onClick={() => cancel.mutate()}
          data-testid="job-cancel"
        >
          {job.cancel_requested ? t("job.cancelling") : t("job.cancel")}
        </button>
      )}
    </section>
  );
}

function LegRow({ leg }: { leg: Leg }) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  return (
    <li data-testid="leg-row" data-symbol={leg.symbol} data-state={leg.state}>
      <div className="row spread">
        <strong>{leg.symbol}</strong>
        <span className={`state ${leg.state}`}>{t(`job.leg.${leg.state}`)}</span>
      </div>
      {leg.avg_price ? (
        <span className="hint">
          {formatNumber(leg.qty_filled, language)}
          {leg.qty_filled !== leg.qty_planned && ` / ${formatNumber(leg.qty_planned, language)}`}{" "}
          {t("job.at")} {formatShort(leg.avg_price, language)}
          {Object.entries(leg.fee).map(
            ([coin, amount]) => ` · ${formatShort(amount, language)} ${coin}`,
          )}
        </span>
      ) : (
        leg.state !== "skipped" && (
          <span className="hint">{formatNumber(leg.qty_planned, language)}</span>
        )
      )}
      {leg.reason_text && <span className="hint">{leg.reason_text}</span>}
    </li>
  );
}

function Receipt({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const receipt = job.receipt;
  if (!receipt) return null;
  const coins = (amounts: Record<string, string>) =>
    Object.entries(amounts)
      .map(([coin, amount]) => `${formatShort(amount, language)} ${coin}`)
      .join(" · ");
  return (
    <>
      <dl className="totals" data-testid="receipt">
        <div>
          <dt>{t("job.notional")}</dt>
          <dd>{formatMoney(receipt.notional_filled, language)} USD</dd>
        </div>
        <div>
          <dt>{t("job.effective")}</dt>
          <dd>{formatNumber(receipt.effective_percent, language)} %</dd>
        </div>
      </dl>
      {Object.keys(receipt.fees).length > 0 && (
        <p className="hint">
          {t("job.fees")}: {coins(receipt.fees)}
        </p>
      )}
      {receipt.round_trip && (
        <p className="hint">
          {t("job.roundTrip")}: {coins(receipt.round_trip.net)}
        </p>
      )}
      {receipt.unprotected.length > 0 && (
        <p className="fault" role="alert">
          {t("job.unprotected", { symbols: receipt.unprotected.join(", ") })}
        </p>
      )}
    </>
  );
}
