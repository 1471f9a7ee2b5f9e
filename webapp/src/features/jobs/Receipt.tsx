import { useTranslation } from "react-i18next";
import type { Job } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { Coins } from "@/shared/ui/Coins";
import { Fact, Facts } from "@/shared/ui/Facts";
import { Context } from "./Context";
import { formatDuration } from "./duration";
import { hasFilled, outcomeOf, TONES } from "./ending";
import css from "./jobs.module.css";
import { headlineOf } from "./receiptText";
import { StateWord } from "./StateWord";

/** What happened, in words and then in numbers. */
export function Receipt({ job }: { job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const outcome = outcomeOf(job);
  const { receipt } = job;
  const [only, ...others] = job.legs.filter((leg) => leg.avg_price !== null);
  return (
    <section className="card" data-testid="receipt" aria-label={t("job.receipt")}>
      <div className={css.head}>
        <Context job={job} />
        <StateWord job={job} />
      </div>
      <h2 className={`${css.headline} ${TONES[outcome]}`}>{headlineOf(job, { t, format })}</h2>
      {job.error && <p>{job.error.text}</p>}
      {outcome === "unsent" && <p className="hint">{t("job.unsentHint")}</p>}
      {receipt && hasFilled(job) && (
        <>
          <Facts large>
            <Fact name={t("job.notional")}>{format.money(receipt.notional_filled)} USD</Fact>
            <Fact name={t("job.effective")}>{format.number(receipt.effective_percent)} %</Fact>
            {only && only.avg_price !== null && others.length === 0 && (
              <Fact name={t("job.average")}>{format.average(only.avg_price)}</Fact>
            )}
          </Facts>
          <Facts>
            <Fact name={t("job.fees")}>
              <Coins amounts={receipt.fees} />
            </Fact>
            <Fact name={t("job.duration")}>
              {formatDuration(receipt.duration_ms, format.language)}
            </Fact>
            <Fact name={t("job.ack")}>{formatDuration(receipt.ack_ms, format.language)}</Fact>
            <Fact name={t("job.fill")}>{formatDuration(receipt.fill_ms, format.language)}</Fact>
          </Facts>
        </>
      )}
    </section>
  );
}
