import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import {
  answered,
  type Confirmed,
  type Intent,
  openIntent,
  sending,
  type Undo,
} from "@/shared/api/intent";
import type { Plan } from "@/shared/api/types";
import { ConfirmSheet } from "@/shared/confirm/ConfirmSheet";
import { parsePercent } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { useAccount, useAccountName, useSettings } from "@/shared/person/Person";
import { MainButton } from "@/shared/telegram/MainButton";
import { Fact, Facts } from "@/shared/ui/Facts";
import { Failure } from "@/shared/ui/Failure";
import { PercentInput } from "@/shared/ui/PercentInput";
import css from "./desk.module.css";
import { PlanSummary } from "./PlanSummary";
import { infeasiblePresets } from "./plan";
import type { ReduceBody, useReducePlan } from "./useReducePlan";

interface Props {
  /** What the button would ask for; null while the percentage is none. */
  body: ReduceBody | null;
  plan: ReturnType<typeof useReducePlan>;
  typed: string;
  onTyped: (typed: string) => void;
  roundUp: boolean;
  onRoundUp: (on: boolean) => void;
}

/** What the open dialog asks about: shown and sent as it was when it opened. */
interface Question {
  plan: Plan;
  intent: Intent<ReduceBody & Undo>;
}

/** The slider and the button. One idempotency key for each opened dialog. */
export function ReduceDock({ body, plan, typed, onTyped, roundUp, onRoundUp }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const account = useAccount();
  const nameOf = useAccountName();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const { undo_seconds: undo } = useSettings();
  const [question, setQuestion] = useState<Question | null>(null);
  const reduce = useMutation({
    mutationFn: ({ key, body, confirmation }: Confirmed<ReduceBody & Undo>) =>
      unwrap(
        api.POST("/api/positions/reduce", {
          params: { header: { "Idempotency-Key": key } },
          body: { ...body, ...(confirmation && { confirmation }) },
        }),
      ),
    gcTime: 0,
    onMutate: (intent) => sending("reduce", intent),
    onError: (error) => answered("reduce", error),
    onSuccess: (job) => {
      answered("reduce");
      queries.setQueryData(["job", job.id], job);
      go(`/jobs/${job.id}`);
    },
  });
  const { current, shown } = plan;
  const percent = parsePercent(typed);
  const ready = current !== null && current.totals.legs > 0 && body !== null;
  const worth = (of: Plan) => `${format.money(of.totals.notional)} USD · ${nameOf(account)}`;

  return (
    <section className={`card dock ${css.dock}`} aria-label={t("reduce.title")}>
      <PercentInput typed={typed} onChange={onTyped} infeasible={infeasiblePresets(shown)} />
      {plan.error && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {shown && percent !== null && (
        <PlanSummary {...{ shown, roundUp, onRoundUp }} isStale={!current} />
      )}
      {!question && (
        <MainButton
          text={t("reduce.button", { percent: percent ? format.number(percent) : "…" })}
          detail={ready ? worth(current) : ""}
          disabled={!ready}
          onClick={() => {
            if (!ready) return;
            reduce.reset();
            setQuestion({
              plan: current,
              intent: openIntent("reduce", { ...body, delay_ms: undo * 1000 }),
            });
          }}
          testId="reduce-button"
        />
      )}
      {question && (
        <ConfirmSheet
          title={t("reduce.confirm", {
            count: question.plan.totals.legs,
            percent: format.number(question.plan.percent),
          })}
          action={t("reduce.button", { percent: format.number(question.plan.percent) })}
          hold={t("reduce.hold", { percent: format.number(question.plan.percent) })}
          detail={worth(question.plan)}
          needsSecret={question.plan.needs_confirmation}
          busy={reduce.isPending || reduce.isSuccess}
          error={reduce.error}
          onConfirm={(confirmation) => reduce.mutate({ ...question.intent, confirmation })}
          onClose={() => setQuestion(null)}
        >
          <Facts large>
            <Fact name={t("reduce.account")}>{nameOf(account)}</Fact>
            <Fact name={t("reduce.market")}>{t(`tabs.${question.plan.market_type}`)}</Fact>
            <Fact name={t("reduce.notional")}>
              ≈ {format.money(question.plan.totals.notional)} USD
            </Fact>
            <Fact name={t("reduce.fee")}>
              ≈ {format.money(question.plan.totals.fee_estimate)} USD
            </Fact>
            <Fact name={t("reduce.effective")}>
              {format.number(question.plan.effective_percent)} %
            </Fact>
            <Fact name={t("reduce.skippedCount")}>{question.plan.totals.skipped}</Fact>
          </Facts>
        </ConfirmSheet>
      )}
    </section>
  );
}
