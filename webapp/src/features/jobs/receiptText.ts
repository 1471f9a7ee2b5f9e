import type { TFunction } from "i18next";
import type { Job, Leg } from "@/shared/api/types";
import type { Formats } from "@/shared/money/useFormat";
import { formatDuration } from "./duration";
import { outcomeOf, troubleFirst } from "./ending";
import { negated } from "./roundTrip";

/** How a receipt is told: in which words, with which numbers, for which account. */
export interface Telling {
  t: TFunction;
  format: Formats;
  /** null once the account is gone. */
  account: string | null;
}

/** What the job is: "Reducing by 25 %". */
export function titleOf(job: Job, { t, format }: Pick<Telling, "t" | "format">): string {
  return t(`job.title.${job.kind}`, { percent: format.number(job.percent) });
}

/** What happened, in one sentence. */
export function headlineOf(job: Job, { t, format }: Pick<Telling, "t" | "format">): string {
  const reached = job.receipt?.effective_percent ?? job.effective_percent ?? "0";
  return t(`job.headline.${job.kind}.${outcomeOf(job)}`, {
    percent: format.number(reached),
    asked: format.number(job.percent),
  });
}

/** A few lines for a chat. */
export function summaryText(job: Job, telling: Telling): string {
  const { t, format } = telling;
  const { receipt } = job;
  const lines = [`Ebb · ${titleOf(job, telling)}`, headlineOf(job, telling)];
  if (receipt) {
    lines.push(`${t("job.notional")}: ${format.money(receipt.notional_filled)} USD`);
    if (receipt.round_trip) {
      lines.push(`${t("job.roundTrip")}: ${format.coins(receipt.round_trip.net, true)}`);
    }
  }
  return lines.join("\n");
}

/** The whole receipt as plain text, leg by leg. */
export function receiptText(job: Job, telling: Telling): string {
  const { t, format, account } = telling;
  const { receipt } = job;
  const market = t(`tabs.${job.market_type}`);
  const lines = [
    `Ebb · ${titleOf(job, telling)}`,
    headlineOf(job, telling),
    [account, market, format.moment(job.finished_at ?? job.created_at, true)]
      .filter(Boolean)
      .join(" · "),
  ];
  if (job.error) lines.push(job.error.text);
  if (receipt) {
    const fact = (name: string, value: string) => lines.push(`${name}: ${value}`);
    fact(t("job.notional"), `${format.money(receipt.notional_filled)} USD`);
    fact(t("job.effective"), `${format.number(receipt.effective_percent)} %`);
    fact(t("job.fees"), format.coins(receipt.fees));
    fact(t("job.duration"), formatDuration(receipt.duration_ms, format.language));
    fact(t("job.ack"), formatDuration(receipt.ack_ms, format.language));
    fact(t("job.fill"), formatDuration(receipt.fill_ms, format.language));
    const { round_trip: trip, unprotected } = receipt;
    if (trip) {
      fact(t("job.priceEffect"), format.coins(trip.price_effect, true));
      fact(t("job.feesBoth"), format.coins(negated(trip.fees), true));
      fact(t("job.funding"), format.coins(trip.funding ?? {}, true));
      fact(t("job.roundTrip"), format.coins(trip.net, true));
    }
    if (unprotected.length) lines.push(t("job.unprotected", { symbols: unprotected.join(", ") }));
  }
  lines.push(...troubleFirst(job.legs).map((leg) => legText(leg, telling)));
  lines.push(t("job.number", { id: job.id }));
  return lines.join("\n");
}

function legText(leg: Leg, { t, format }: Telling): string {
  const parts = [t(`job.leg.${leg.state}`)];
  if (leg.avg_price !== null) parts.push(filledOf(leg, t, format));
  return [`${leg.symbol}: ${parts.join(", ")}`, leg.reason_text].filter(Boolean).join(". ");
}

/** "0.5 of 1 at 64,012.3": what was filled, and of how much unless all of it was. */
export function filledOf(leg: Leg, t: TFunction, format: Formats): string {
  const filled = format.number(leg.qty_filled);
  const all = leg.qty_filled === leg.qty_planned;
  const qty = all ? filled : t("job.of", { filled, planned: format.number(leg.qty_planned) });
  return leg.avg_price === null
    ? qty
    : `${qty} ${t("job.at", { price: format.average(leg.avg_price) })}`;
}
