import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Job, MarketType } from "@/shared/api/types";
import {
  asLanguage,
  formatMoney,
  formatNumber,
  formatShort,
  parsePercent,
} from "@/shared/money/format";
import { Confirm } from "@/shared/ui/Confirm";
import { Failure } from "@/shared/ui/Failure";
import { PercentInput } from "@/shared/ui/PercentInput";
import { PlanDetails } from "@/shared/ui/PlanDetails";
import { useDebounced } from "@/shared/ui/useDebounced";

interface Props {
  market: MarketType;
  account: string;
  onAccepted: (job: Job) => void;
}

/** What was closed and can come back: all, some, or a part. */
export function RestorePanel({ market, account, onAccepted }: Props) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);
  const [typed, setTyped] = useState("100");
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [key, setKey] = useState<string | null>(null);
  const snapshots = useQuery({
    queryKey: ["snapshots", market],
    queryFn: () =>
      unwrap(
        api.GET("/api/positions/snapshot", {
          params: { query: { market_type: market, limit: 200 } },
        }),
      ),
  });
  const items = snapshots.data?.items ?? [];
  const chosen = items.filter((item) => !left.has(item.id)).map((item) => item.id);
  const percent = parsePercent(typed);
  const asked = useDebounced(percent, 250);
  const body = {
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
    mutationFn: (idempotencyKey: string) =>
      unwrap(
        api.POST("/api/snapshots/restore", {
          params: { header: { "Idempotency-Key": idempotencyKey } },
          body: { ...body, delay_ms: 0 },
        }),
      ),
    onSuccess: (job) => {
      setKey(null);
      onAccepted(job);
    },
  });
  if (snapshots.error) {
    return <Failure error={snapshots.error} onRetry={() => void snapshots.refetch()} />;
  }
  if (items.length === 0) return null;
  const ready = plan.data && percent === asked && chosen.length > 0 ? plan.data : null;

  function toggle(id: string) {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  }

  return (
    <details className="card panel" data-testid="restore-panel">
      <summary data-testid="restore-open">{t("restore.open", { count: items.length })}</summary>
      <ul className="choices">
        <li>
          <label>
            <input
              type="checkbox"
              checked={left.size === 0}
              onChange={() =>
                setLeft(left.size ? new Set() : new Set(items.map((item) => item.id)))
              }
            />{" "}
            {t("restore.all")}
          </label>
        </li>
        {items.map((item) => (
          <li key={item.id} data-testid="snapshot-row" data-symbol={item.symbol}>
            <label>
              <input
                type="checkbox"
                checked={!left.has(item.id)}
                onChange={() => toggle(item.id)}
              />{" "}
              <strong>{item.symbol}</strong> {formatNumber(item.qty_restorable, language)}
              <span className="hint">
                {t("restore.closed", { price: formatShort(item.closed_price, language) })}
              </span>
            </label>
          </li>
        ))}
      </ul>
      <PercentInput typed={typed} onChange={setTyped} />
      {chosen.length === 0 && <p className="hint">{t("restore.choose")}</p>}
      {plan.error && <Failure error={plan.error} onRetry={() => void plan.refetch()} />}
      {ready && <PlanDetails plan={ready} />}
      <button
        type="button"
        className="main"
        disabled={!ready || ready.totals.legs === 0}
        onClick={() => setKey(crypto.randomUUID())}
        data-testid="restore-button"
      >
        {t("restore.button", { percent: percent ? formatNumber(percent, language) : "…" })}
      </button>
      {key && ready && (
        <Confirm
          title={t("restore.confirm", { legs: ready.totals.legs })}
          busy={restore.isPending}
          onConfirm={() => restore.mutate(key)}
          onClose={() => setKey(null)}
        >
          <p>
            {t("restore.worth", {
              notional: formatMoney(ready.totals.notional, language),
              account,
            })}{" "}
            {t("reduce.fee", { fee: formatMoney(ready.totals.fee_estimate, language) })}
          </p>
          {restore.error && <Failure error={restore.error} />}
        </Confirm>
      )}
    </details>
  );
}
