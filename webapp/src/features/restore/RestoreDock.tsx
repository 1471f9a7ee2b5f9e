import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Intent, openIntent, type Undo } from "@/shared/api/intent";
import type { MarketType, Plan } from "@/shared/api/types";
import { parsePercent } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { useAccount, useAccountName, useSettings } from "@/shared/person/Person";
import { MainButton } from "@/shared/telegram/MainButton";
import { Failure } from "@/shared/ui/Failure";
import type { RestoreBody, Terms } from "./body";
import { Net, Split } from "./Cost";
import { guardBody } from "./guard";
import { PlanSum } from "./PlanSum";
import { RestoreQuestion } from "./RestoreQuestion";
import css from "./restore.module.css";
import { TermsFields } from "./TermsFields";
import { useGuardText } from "./useGuardText";
import { useRestore } from "./useRestore";
import type { useRestorePlan } from "./useRestorePlan";
import { useWide } from "./useWide";

interface Props {
  /** What the button would ask for; null while nothing is chosen or a number is none. */
  body: RestoreBody | null;
  plan: ReturnType<typeof useRestorePlan>;
  terms: Terms;
  onTerms: (terms: Terms) => void;
  market: MarketType;
  isNothingChosen: boolean;
}

/** What the open dialog asks about: shown and sent as it was when it opened. */
interface Question {
  plan: Plan;
  intent: Intent<RestoreBody & Undo>;
}

/** The terms, the cost and the button. One idempotency key for each opened dialog. */
export function RestoreDock({ body, plan, terms, onTerms, market, isNothingChosen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const account = useAccount();
  const nameOf = useAccountName();
  const guardText = useGuardText();
  const isWide = useWide();
  const restore = useRestore();
  const [question, setQuestion] = useState<Question | null>(null);
  const { current, shown } = plan;
  const percent = parsePercent(terms.percent);
  const ready = current !== null && current.totals.legs > 0 && body !== null;
  const { undo_seconds: undo } = useSettings();
  const action = t("restore.button", { percent: percent ? format.number(percent) : "…" });
  const worth = (of: Plan) => `${format.money(of.totals.notional)} USD · ${nameOf(account)}`;
  const settings = <TermsFields terms={terms} onTerms={onTerms} market={market} />;
  const details = shown && (
    <>
      {shown.cost && shown.totals.legs > 0 && <Split cost={shown.cost} />}
      <PlanSum plan={shown} isStale={current === null} />
    </>
  );

  return (
    <section className={`card dock ${css.dock}`} aria-label={t("restore.title")}>
      {isWide && settings}
      {plan.error && body && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {isNothingChosen && <p className="hint">{t("restore.choose")}</p>}
      {body && !shown && !plan.error && <p className="hint">{t("cost.counting")}</p>}
      {shown &&
        (shown.totals.legs > 0 ? (
          <Net plan={shown} isStale={current === null} testId="restore-cost" />
        ) : (
          <p className="hint">{t("restore.nothing")}</p>
        ))}
      {isWide && details}
      {!isWide && (
        <details className={css.more} data-testid="restore-terms">
          <summary>
            {t("percent.preset", { percent: percent ? format.number(percent) : "…" })} ·{" "}
            {guardText(guardBody(terms.guard))}
            {shown &&
              shown.totals.skipped > 0 &&
              ` · ${t("restore.skipped", { count: shown.totals.skipped })}`}
          </summary>
          <div className={css.inside}>
            {settings}
            {details}
          </div>
        </details>
      )}
      {question ? (
        <RestoreQuestion
          plan={question.plan}
          body={question.intent.body}
          action={t("restore.button", { percent: format.number(question.intent.body.percent) })}
          hold={t("restore.hold", { percent: format.number(question.intent.body.percent) })}
          detail={worth(question.plan)}
          busy={restore.isPending || restore.isSuccess}
          error={restore.error}
          onConfirm={(confirmation) => restore.mutate({ ...question.intent, confirmation })}
          onClose={() => setQuestion(null)}
        />
      ) : (
        <MainButton
          text={action}
          detail={ready ? worth(current) : ""}
          disabled={!ready}
          onClick={() => {
            if (!ready) return;
            restore.reset();
            setQuestion({
              plan: current,
              intent: openIntent("restore", { ...body, delay_ms: undo * 1000 }),
            });
          }}
          testId="restore-button"
        />
      )}
    </section>
  );
}
