import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Section";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../settings.module.css";
import { useEndSession, useSessions } from "./useSessions";

const SESSIONS = "#sessions";

/** Where one is signed in; a stranger among them can be put out. */
export function SessionsSection() {
  const { t } = useTranslation();
  const sessions = useSessions();
  const end = useEndSession();
  const items = sessions.data?.items ?? [];
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (location.hash !== SESSIONS) return;
    // After the screen has gone to its top.
    const frame = requestAnimationFrame(() => place.current?.scrollIntoView());
    return () => cancelAnimationFrame(frame);
  }, []);
  const others = items.filter((session) => !session.is_current).length;
  return (
    <div ref={place}>
      <Section title={t("settings.section.sessions")}>
        {sessions.isPending && <Skeleton cards={1} />}
        {sessions.error && (
          <Failure error={sessions.error} onRetry={() => void sessions.refetch()} />
        )}
        <ul className={`rows ${css.sessions}`}>
          {items.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              busy={end.isPending}
              onEnd={() => end.mutate(session.id)}
            />
          ))}
        </ul>
        {end.error && <Failure error={end.error} />}
        {others > 0 && (
          <button
            type="button"
            className="plain"
            disabled={end.isPending}
            onClick={() => end.mutate(null)}
            data-testid="sessions-end-others"
          >
            {t("settings.endOthers", { count: others })}
          </button>
        )}
      </Section>
    </div>
  );
}

interface RowProps {
  session: Session;
  busy: boolean;
  onEnd: () => void;
}

function SessionRow({ session, busy, onEnd }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const platform = session.platform || t("settings.unknownDevice");
  const seen = t("settings.lastSeen", { moment: format.moment(session.last_seen_at) });
  return (
    <li className="row" data-testid="session-row" data-current={session.is_current}>
      <span className="grow">
        <strong>{platform}</strong>
        <span className="hint">
          {session.remote_addr ? `${session.remote_addr} · ${seen}` : seen}
        </span>
      </span>
      {session.is_current ? (
        <span className="badge ok">{t("settings.current")}</span>
      ) : (
        <button
          type="button"
          className="plain"
          aria-label={t("settings.endSession", { platform })}
          disabled={busy}
          onClick={onEnd}
          data-testid="session-end"
        >
          {t("settings.end")}
        </button>
      )}
    </li>
  );
}
