import { useTranslation } from "react-i18next";
import { isEnding, timeLeft } from "./countdown";
import css from "./signals.module.css";

/** How long a live signal has left. `now` in milliseconds. */
export function TimeLeft({ expiresAt, now }: { expiresAt: string; now: number }) {
  const { t } = useTranslation();
  const left = timeLeft(expiresAt, now);
  return (
    <span
      className={`numbers ${css.left} ${isEnding(expiresAt, now) ? "warn" : ""}`}
      data-testid="signal-left"
    >
      <span className="visually-hidden">{t("signal.left")} </span>
      {"clock" in left ? left.clock : t("signal.days", left)}
    </span>
  );
}
