import { useTranslation } from "react-i18next";
import type { JobSummary } from "@/shared/api/types";
import { SignedCoins } from "@/shared/ui/SignedCoins";
import css from "./history.module.css";
import { roundTrips } from "./listing";

/** What stepping aside came to over the restores that are listed. */
export function RoundTrips({ jobs }: { jobs: readonly JobSummary[] }) {
  const { t } = useTranslation();
  const { count, net } = roundTrips(jobs);
  if (count === 0) return null;
  return (
    <section className="card" data-testid="round-trips">
      <h2>{t("history.trips")}</h2>
      <p className={css.net}>
        <SignedCoins amounts={net} />
      </p>
      <p className="hint">{t("history.tripsHint", { count })}</p>
    </section>
  );
}
