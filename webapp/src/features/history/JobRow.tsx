import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { JobSummary } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { usePerson } from "@/shared/person/Person";
import { Icon } from "@/shared/ui/Icon";
import { SignedCoins } from "@/shared/ui/SignedCoins";
import css from "./history.module.css";

/** One job in a line or two; it leads to the whole of it. */
export function JobRow({ job }: { job: JobSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { accounts } = usePerson();
  const account = accounts.find((one) => one.id === job.account_id);
  const { receipt } = job;
  const filled = receipt && decimal(receipt.notional_filled).gt(0);
  const net = receipt?.round_trip?.net;
  return (
    <li
      data-testid="history-row"
      data-kind={job.kind}
      data-state={job.state}
      className={css.rowItem}
    >
      <Link href={`/jobs/${job.id}`} className={css.row}>
        <span className={css.mark} aria-hidden="true">
          <Icon name={job.kind === "reduce" ? "down" : "restore"} />
        </span>
        <span className={css.what}>
          <strong>{t(`job.title.${job.kind}`, { percent: format.number(job.percent) })}</strong>
          <span className={`state ${job.state} ${css.state}`}>{t(`job.state.${job.state}`)}</span>
          <span className="hint numbers">
            {format.clock(job.created_at)} · {t(`tabs.${job.market_type}`)}
            <br />
            {account?.label ?? t("job.accountGone")}
          </span>
        </span>
        <span className={`numbers ${css.amounts}`}>
          {filled && <span>{format.money(receipt.notional_filled)} USD</span>}
          {filled && net && (
            <span className={css.small}>
              <SignedCoins amounts={net} />
            </span>
          )}
        </span>
        <Icon name="chevron" />
      </Link>
    </li>
  );
}
