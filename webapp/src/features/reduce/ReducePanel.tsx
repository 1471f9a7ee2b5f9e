import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Job, MarketType } from "@/shared/api/types";
import { asLanguage, formatMoney, formatNumber, parsePercent } from "@/shared/money/format";
import { Confirm } from "@/shared/ui/Confirm";
import { Failure } from "@/shared/ui/Failure";
import { PercentInput } from "@/shared/ui/PercentInput";
import { PlanDetails } from "@/shared/ui/PlanDetails";
import { useDebounced } from "@/shared/ui/useDebounced";
import { effectiveDiffers, infeasiblePresets } from "./plan";

interface Props {
  market: MarketType;
  account: string;
  onAccepted: (job: Job) => void;
}

/** Percentage, live preview, «Сократить». One idempotency key for each opened dialog. */
export function ReducePanel({ market, account, onAccepted }: Props) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const [typed, setTyped] = useState("25");
  const [key, setKey] = useState<string | null>(null);
  const percent = parsePercent(typed);
  const asked = useDebounced(percent, 250);
  const plan = useQuery({
    queryKey: ["plan", "reduce", market, asked],
    queryFn: () =>
      unwrap(
        api.POST("/api/positions/preview", {
          body: { market_type: market, percent: asked ?? "", round_up: false },
        }),
      ),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 2000,
  });
  const reduce = useMutation({
    mutationFn: (request: { percent: string; key: string }) =>
      unwrap(
        api.POST("/api/positions/reduce", {
          params: { header: { "Idempotency-Key": request.key } },
          body: { market_type: market, percent: request.percent, round_up: false, delay_ms: 0 },
        }),
      ),
    onSuccess: (job) => {
      setKey(null);
      onAccepted(job);
    },
  });
  const current = plan.data && percent !== null && percent === asked ? plan.data : null;
  const empty = current !== null && current.totals.legs === 0;
  return (
    <section className="card panel" aria-label={t("reduce.title")}>
      <PercentInput
        typed={typed}
        onChange={setTyped}
        infeasible={infeasiblePresets(plan.data ?? null)}
      />
      {plan.error && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {plan.data && percent !== null && (
        <div aria-live="polite">
          {empty && <p className="hint">{t("reduce.nothing")}</p>}
          {current && !empty && effectiveDiffers(current) && (
            <p className="hint" data-testid="effective">
              {t("reduce.asked", {
                percent: formatNumber(current.percent, language),
                effective: formatNumber(current.effective_percent, language),
              })}
            </p>
          )}
          <PlanDetails plan={plan.data} />
        </div>
      )}
      <button
        type="button"
        className="main"
        disabled={current === null || empty}
        onClick={() => setKey(crypto.randomUUID())}
        data-testid="reduce-button"
      >
        {t("reduce.button", { percent: percent ? formatNumber(percent, language) : "…" })}
      </button>
      {key && current && (
        <Confirm
          title={t("reduce.confirm", {
            legs: current.totals.legs,
            percent: formatNumber(current.percent, language),
          })}
          busy={reduce.isPending}
          onConfirm={() => reduce.mutate({ percent: current.percent, key })}
          onClose={() => setKey(null)}
        >
          <p>
            {t("reduce.worth", {
              notional: formatMoney(current.totals.notional, language),
              account,
            })}{" "}
            {t("reduce.fee", { fee: formatMoney(current.totals.fee_estimate, language) })}
          </p>
          {reduce.error && <Failure error={reduce.error} />}
        </Confirm>
      )}
    </section>
  );
}
