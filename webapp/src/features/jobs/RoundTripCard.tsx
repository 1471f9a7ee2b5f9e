import { useTranslation } from "react-i18next";
import type { RoundTrip } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { SignedCoins } from "@/shared/ui/SignedCoins";
import css from "./jobs.module.css";
import { absolute, negated, verdictOf } from "./roundTrip";

/** What stepping aside came to: each part with its sign, and one sentence for all of them. */
export function RoundTripCard({ trip }: { trip: RoundTrip }) {
  const { t } = useTranslation();
  const format = useFormat();
  const parts = [
    { name: t("job.priceEffect"), amounts: trip.price_effect },
    { name: t("job.feesBoth"), amounts: negated(trip.fees) },
    { name: t("job.funding"), amounts: trip.funding ?? {} },
  ];
  return (
    <section className="card" data-testid="round-trip">
      <h2>{t("job.roundTripTitle")}</h2>
      <p>{t(`job.verdict.${verdictOf(trip.net)}`, { amount: format.coins(absolute(trip.net)) })}</p>
      <dl className={css.sum}>
        {parts.map(({ name, amounts }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <SignedCoins amounts={amounts} />
            </dd>
          </div>
        ))}
        <div className={css.total}>
          <dt>{t("job.roundTrip")}</dt>
          <dd>
            <SignedCoins amounts={trip.net} />
          </dd>
        </div>
      </dl>
      <p className="hint">{t("job.roundTripHint")}</p>
    </section>
  );
}
