import { useTranslation } from "react-i18next";
import type { Leg } from "@/shared/api/types";
import { troubleFirst } from "./ending";
import css from "./jobs.module.css";
import { LegRow } from "./LegRow";

const FEW = 3;

/** The legs of an ended job, those with trouble first; many skipped ones are folded away. */
export function EndedLegs({ legs }: { legs: readonly Leg[] }) {
  const { t } = useTranslation();
  if (legs.length === 0) return null;
  const sorted = troubleFirst(legs);
  const skipped = sorted.filter((leg) => leg.state === "skipped");
  const folded = skipped.length > FEW ? skipped : [];
  const shown = sorted.slice(0, sorted.length - folded.length);
  return (
    <section className={css.parts} aria-label={t("job.legs")}>
      {shown.length > 0 && (
        <ul className={`card ${css.legs}`}>
          {shown.map((leg) => (
            <LegRow key={leg.id} leg={leg} advise />
          ))}
        </ul>
      )}
      {folded.length > 0 && (
        <details className={`card ${css.folded}`} data-testid="legs-skipped">
          <summary>{t("job.skipped", { count: folded.length })}</summary>
          <ul className={css.legs}>
            {folded.map((leg) => (
              <LegRow key={leg.id} leg={leg} advise />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
