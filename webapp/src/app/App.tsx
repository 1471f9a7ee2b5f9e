import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Connect } from "@/features/accounts/Connect";
import { SignIn } from "@/features/auth/SignIn";
import { JobView } from "@/features/jobs/JobView";
import { Positions } from "@/features/positions/Positions";
import { ReducePanel } from "@/features/reduce/ReducePanel";
import { RestorePanel } from "@/features/restore/RestorePanel";
import { api, unwrap } from "@/shared/api/client";
import { getTokens, onSessionChange } from "@/shared/api/session";
import type { MarketType, Me } from "@/shared/api/types";
import { chooseLanguage } from "@/shared/i18n";
import { tabMemory } from "@/shared/storage";
import { Failure } from "@/shared/ui/Failure";

const MARKETS: MarketType[] = ["futures", "spot"];
const JOB_KEY = "ebb.job";

export function App() {
  const { t, i18n } = useTranslation();
  const signedIn = useSyncExternalStore(onSessionChange, getTokens) !== null;
  return (
    <main>
      <header className="row spread">
        <span className="brand">Ebb</span>
        <button
          type="button"
          className="plain"
          lang={i18n.language === "ru" ? "en" : "ru"}
          onClick={() => chooseLanguage(i18n.language === "ru" ? "en" : "ru")}
          data-testid="language-switch"
        >
          {t("language")}
        </button>
      </header>
      {signedIn ? <Home /> : <SignIn />}
    </main>
  );
}

function Home() {
  const me = useQuery({ queryKey: ["me"], queryFn: () => unwrap(api.GET("/api/auth/me")) });
  if (me.error && !me.data) {
    return <Failure error={me.error} onRetry={() => void me.refetch()} />;
  }
  if (!me.data) return <div className="card skeleton" role="status" />;
  if (me.data.accounts.length === 0) return <Connect sandbox={me.data.environment === "sandbox"} />;
  return <Desk me={me.data} />;
}

function Desk({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [market, setMarket] = useState<MarketType>("futures");
  // A reload in the middle of a job comes back to it.
  const [job, setJob] = useState<string | null>(() => tabMemory.read(JOB_KEY));
  const account = me.accounts.find((row) => row.is_default) ?? me.accounts[0];
  const name = account ? `${account.label} (${t(`connect.${account.environment}`)})` : "";

  function follow(id: string | null) {
    setJob(id);
    if (id) tabMemory.write(JOB_KEY, id);
    else tabMemory.forget(JOB_KEY);
  }

  function onArrow(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = MARKETS[(MARKETS.indexOf(market) + step + MARKETS.length) % MARKETS.length];
    if (!next) return;
    setMarket(next);
    document.getElementById(`tab-${next}`)?.focus();
  }

  return (
    <>
      <div role="tablist" className="tabs" aria-label={name} onKeyDown={onArrow}>
        {MARKETS.map((kind) => (
          <button
            key={kind}
            id={`tab-${kind}`}
            type="button"
            role="tab"
            aria-selected={kind === market}
            aria-controls="book"
            tabIndex={kind === market ? 0 : -1}
            onClick={() => setMarket(kind)}
            data-testid={`tab-${kind}`}
          >
            {t(`tabs.${kind}`)}
          </button>
        ))}
      </div>
      <p className="hint account">{name}</p>
      <div id="book" role="tabpanel" aria-labelledby={`tab-${market}`}>
        {job ? (
          <JobView id={job} onClose={() => follow(null)} />
        ) : (
          <>
            <ReducePanel
              key={`reduce-${market}`}
              market={market}
              account={name}
              onAccepted={(accepted) => follow(accepted.id)}
            />
            <RestorePanel
              key={`restore-${market}`}
              market={market}
              account={name}
              onAccepted={(accepted) => follow(accepted.id)}
            />
          </>
        )}
        <Positions market={market} />
      </div>
    </>
  );
}
