import { useTranslation } from "react-i18next";
import css from "../admin.module.css";
import type { Limits } from "../types";
import { Panel } from "../ui/Panel";
import { useSpan } from "../ui/useSpan";

const MOST = 12;

/** What is left of the exchange's limits, and which addresses are banned. */
export function LimitsPanel({ limits }: { limits: Limits | null }) {
  const { t } = useTranslation();
  const span = useSpan();
  if (limits === null) {
    return (
      <Panel title={t("admin.limits.title")} size="narrow" testId="limits">
        <p className="warn">{t("admin.limits.away")}</p>
      </Panel>
    );
  }
  const otherAddresses = limits.addresses.length - MOST;
  const shown = limits.buckets.slice(0, MOST);
  const more = limits.more + limits.buckets.length - shown.length;
  return (
    <Panel title={t("admin.limits.title")} size="narrow" testId="limits">
      {limits.addresses.slice(0, MOST).map((one) => (
        <div key={one.name}>
          <div className="row spread">
            <span className={css.cut}>{t("admin.limits.address", { address: one.name })}</span>
            <span className="numbers">
              {one.used} / {limits.budget}
            </span>
          </div>
          <progress
            max={limits.budget}
            value={one.used}
            aria-label={t("admin.limits.budget", { address: one.name })}
          />
          {one.banned_ms > 0 && (
            <p className="loss" role="alert">
              {t("admin.limits.banned", { span: span(one.banned_ms / 1000) })}
            </p>
          )}
        </div>
      ))}
      {otherAddresses > 0 && (
        <p className="hint">{t("admin.limits.more", { count: otherAddresses })}</p>
      )}
      {shown.length === 0 ? (
        <p className="hint">{t("admin.limits.quiet")}</p>
      ) : (
        <ul className={css.refusals}>
          {shown.map((one) => (
            <li key={one.id}>
              <span className={`grow ${css.cut}`}>
                <span className={css.mono}>{one.account_id?.slice(-8) ?? "…"}</span> {one.endpoint}{" "}
                {one.category}
              </span>
              {one.blocked_ms > 0 ? (
                <strong className="loss">
                  {t("admin.limits.blocked", { span: span(one.blocked_ms / 1000) })}
                </strong>
              ) : (
                <span className="numbers">
                  {one.used}
                  {one.size !== null && ` / ${one.size}`}
                </span>
              )}
            </li>
          ))}
          {more > 0 && <li className="hint">{t("admin.limits.more", { count: more })}</li>}
        </ul>
      )}
      {limits.refused_keys > 0 && (
        <p className="warn">{t("admin.limits.refusedKeys", { count: limits.refused_keys })}</p>
      )}
    </Panel>
  );
}
