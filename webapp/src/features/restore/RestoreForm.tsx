import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { answered, type Intent, openIntent, sending } from "@/shared/api/intent";
import type { Job, MarketType, Plan, Snapshot } from "@/shared/api/types";
import { asLanguage, formatMoney, formatNumber, parsePercent } from "@/shared/money/format";
import { Confirm } from "@/shared/ui/Confirm";
import { Failure } from "@/shared/ui/Failure";
import { PercentInput } from "@/shared/ui/PercentInput";
import { PlanDetails } from "@/shared/ui/PlanDetails";
import { useDebounced } from "@/shared/ui/useDebounced";
import { SnapshotChoice } from "./SnapshotChoice";

interface Props {
  market: MarketType;
  account: string;
  items: Snapshot[];
  onAccepted: (job: Job) => void;
}

interface Body {
  market_type: MarketType;
  percent: string;
  snapshot_ids: string[];
  set_leverage: boolean;
}

/** What the open dialog asks about: shown and sent as it was when it opened. */
interface Question {
  plan: Plan;
  intent: Intent<Body>;
}

/** All, some, or a part of what was closed: preview and «Вернуть». */
export function RestoreForm({ market, account, items, onAccepted }: Props) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const [typed, setTyped] = useState("100");
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [question, setQuestion] = useState<Question | null>(null);
  const chosen = items.filter((item) => !left.has(item.id)).map((item) => item.id);
  const percent = parsePercent(typed);
  const asked = useDebounced(percent, 250);
  const body: Body = {
    market_type: market,
    percent: asked ?? "",
    snapshot_ids: chosen,
    set_leverage: false,
  };
  const plan = useQuery({
    queryKey: ["plan", "restore", market, asked, chosen.join()],
    queryFn: () => unwrap(api.POST("/api/snapshots/restore/preview", { body })),
    enabled: asked !== null && chosen.length > 0,
  });
  const restore = useMutation({
    mutationFn: ({ key, body }: Intent<Body>) =>
      unwrap(
        api.POST("/api/snapshots/restore", {
          params: { header: { "Idempotency-Key": key } },
          body: { ...body, delay_ms: 0 },
        }),
      ),
    onMutate: (intent) => sending("restore", intent),
    onError: (error) => answered("restore", error),
    onSuccess: (job) => {
      answered("restore");
      setQuestion(null);
      onAccepted(job);
    },
  });
  const fits = percent !== null && percent === asked && chosen.length > 0;
  const ready = fits && plan.data ? plan.data : null;

  function open(shown: Plan) {
    restore.reset();
    setQuestion({ plan: shown, intent: openIntent("restore", body) });
  }

  return (
    <>
      <SnapshotChoice items={items} left={left} onChange={setLeft} />
      <PercentInput typed={typed} onChange={setTyped} />
      {chosen.length === 0 && <p className="hint">{t("restore.choose")}</p>}
      {plan.error && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {ready && <PlanDetails plan={ready} />}
      <button
        type="button"
        className="main"
        disabled={!ready || ready.totals.legs === 0 || restore.isPending}
        onClick={() => ready && open(ready)}
        data-testid="restore-button"
      >
        {t("restore.button", { percent: percent ? formatNumber(percent, language) : "…" })}
      </button>
      {question && (
        <Confirm
          title={t("restore.confirm", { legs: question.plan.totals.legs })}
          busy={restore.isPending}
          onConfirm={() => restore.mutate(question.intent)}
          onClose={() => setQuestion(null)}
        >
          <p>
            {t("restore.worth", {
              notional: formatMoney(question.plan.totals.notional, language),
              account,
            })}{" "}
            {t("reduce.fee", { fee: formatMoney(question.plan.totals.fee_estimate, language) })}
          </p>
          {restore.error && <Failure error={restore.error} />}
        </Confirm>
      )}
    </>
  );
}
