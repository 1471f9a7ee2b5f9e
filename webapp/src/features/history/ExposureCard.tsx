import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Exposure } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { useAccount, useAccountName, useMarket, usePerson } from "@/shared/person/Person";
import { visit } from "@/shared/telegram/handOver";
import { Failure } from "@/shared/ui/Failure";
import { Segmented } from "@/shared/ui/Segmented";
import { ExposureTable } from "./ExposureTable";
import { columnsOf, glanceOf, marksOf } from "./exposure";
import type { Filter } from "./filter";
import css from "./history.module.css";

const ExposureChart = lazy(() => import("./ExposureChart"));
const REFRESH_MS = 60_000;
const DAYS = { "1": 1, "7": 7, "30": 30 } as const;
const RANGES = ["1", "7", "30"] as const;
/** A line needs two ends. */
const ENOUGH = 2;
const LIBRARY = "https://www.tradingview.com/lightweight-charts/";

/** How much was held long and short, and when it was reduced or restored. */
export function ExposureCard({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const looking = useAccount();
  const { accounts } = usePerson();
  const nameOf = useAccountName();
  const usual = useMarket();
  const [range, setRange] = useState<keyof typeof DAYS>("7");
  const account = accounts.find(({ id }) => id === filter.accountId) ?? looking;
  const market = filter.market ?? usual;
  const days = DAYS[range];
  const exposure = useQuery({
    queryKey: ["exposure", account.id, market, days],
    queryFn: () =>
      unwrap(
        api.GET("/api/exposure", {
          params: { query: { market_type: market, account_id: account.id, days } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
  const { data, error } = exposure;
  return (
    <section className="card">
      <div>
        <h2>{t("history.exposure")}</h2>
        <p className="hint">
          {t(`tabs.${market}`)} · {nameOf(account)}
        </p>
      </div>
      <Segmented
        legend={t("history.range.label")}
        options={RANGES.map((value) => ({ value, label: t(`history.range.${value}`) }))}
        value={range}
        onChange={setRange}
        testId="exposure-range"
      />
      {error && <Failure error={error} onRetry={() => void exposure.refetch()} />}
      {exposure.isPending && <Waiting />}
      {data && data.items.length < ENOUGH && (
        <p className={`hint ${css.few}`}>{t("history.exposureEmpty")}</p>
      )}
      {data && data.items.length >= ENOUGH && (
        <Drawn exposure={data} days={days} readAt={exposure.dataUpdatedAt} />
      )}
    </section>
  );
}

interface DrawnProps {
  exposure: Exposure;
  days: number;
  /** Epoch milliseconds. */
  readAt: number;
}

function Drawn({ exposure, days, readAt }: DrawnProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMemo(() => columnsOf(exposure, days, readAt), [exposure, days, readAt]);
  const marks = useMemo(() => marksOf(exposure, columns), [exposure, columns]);
  const glance = glanceOf(exposure);
  if (!glance) return null;
  const summary = t("history.glance", {
    long: format.money(glance.long),
    short: format.money(glance.short),
    mostLong: format.money(glance.mostLong),
    mostShort: format.money(glance.mostShort),
  });
  return (
    <>
      <Suspense fallback={<Waiting />}>
        <ExposureChart
          key={format.language}
          columns={columns}
          marks={marks}
          language={format.language}
          label={summary}
        />
      </Suspense>
      <ul className={css.legend}>
        <li className={css.long}>{t("side.long")}</li>
        <li className={css.short}>{t("side.short")}</li>
        {glance.reduces > 0 && (
          <li className={css.reduce}>{t("history.reduces", { count: glance.reduces })}</li>
        )}
        {glance.restores > 0 && (
          <li className={css.restore}>{t("history.restores", { count: glance.restores })}</li>
        )}
      </ul>
      <p className="hint numbers">{summary}</p>
      <ExposureTable exposure={exposure} />
      <a
        className={css.credit}
        href={LIBRARY}
        target="_blank"
        rel="noopener noreferrer"
        onClick={(event) => {
          event.preventDefault();
          visit(LIBRARY);
        }}
      >
        TradingView Lightweight Charts
      </a>
    </>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <div role="status" className={`skeleton ${css.chart}`}>
      <span className="visually-hidden">{t("common.loading")}</span>
    </div>
  );
}
