import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { answered, type Intent, openIntent, sending } from "@/shared/api/intent";
import type { Job, MarketType, Plan } from "@/shared/api/types";
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

interface Body {
  market_type: MarketType;
  percent: string;
  round_up: boolean;
}

/** What the open dialog asks about: shown and sent as it was when it opened. */
interface Question {
  plan: Plan;
  intent: Intent<Body>;
}

/** Percentage, live preview, «Сократить». One idempotency key for each opened dialog. */
export function ReducePanel({ market, account, onAccepted }: Props) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const [typed, setTyped] = useState("25");
  const [question, setQuestion] = useState<Question | null>(null);
  const percent = parsePercent(typed);
  const asked = useDebounced(percent, 250);
  const body: Body = { market_type: market, percent: asked ?? "", round_up: false };
  const plan = useQuery({
    queryKey: ["plan", "reduce", market, asked],
    queryFn: () => unwrap(api.POST("/api/positions/preview", { body })),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 2000,
  });
  const reduce = useMutation({
    mutationFn: ({ key, body }: Intent<Body>) =>
      unwrap(
        api.POST("/api/positions/reduce", {
          params: { header: { "Idempotency-Key": key } },
          body: { ...body, delay_ms: 0 },
        }),
      ),
    onMutate: (intent) => sending("reduce", intent),
    onError: (error) => answered("reduce", error),
    onSuccess: (job) => {
      answered("reduce");
      setQuestion(null);
      onAccepted(job);
    },
  });
  // The plan of the percentage in the field; never the one still shown from the percentage before.
  const fits = percent !== null && percent === asked && !plan.isPlaceholderData;
  const current = fits && plan.data ? plan.data : null;
  const empty = current !== null && current.totals.legs === 0;

  function open(shown: Plan) {
    reduce.reset();
    setQuestion({ plan: shown, intent: openIntent("reduce", body) });
  }

  return (
    <section className="card panel" aria-label={t("reduce.title")}>
      <PercentInput
        typed={typed}
        onChange={setTyped}
        infeasible={infeasiblePresets(plan.data ?? null)}
      />
      {plan.error && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {plan.data && percent !== null && (
        <div aria-live="polite" aria-busy={current === null} className={current ? "" : "stale"}>
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
        disabled={current === null || empty || reduce.isPending}
        onClick={() => current && open(current)}
        data-testid="reduce-button"
      >
        {t("reduce.button", { percent: percent ? formatNumber(percent, language) : "…" })}
      </button>
      {question && (
        <Confirm
          title={t("reduce.confirm", {
            legs: question.plan.totals.legs,
            percent: formatNumber(question.intent.body.percent, language),
          })}
          busy={reduce.isPending}
          onConfirm={() => reduce.mutate(question.intent)}
          onClose={() => setQuestion(null)}
        >
          <p>
            {t("reduce.worth", {
              notional: formatMoney(question.plan.totals.notional, language),
              account,
            })}{" "}
            {t("reduce.fee", { fee: formatMoney(question.plan.totals.fee_estimate, language) })}
          </p>
          {reduce.error && <Failure error={reduce.error} />}
        </Confirm>
      )}
    </section>
  );
}
