import { useTranslation } from "react-i18next";
import type { Job } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { useAccountName, usePerson } from "@/shared/person/Person";

/** "Main · sandbox", or null once the account is gone. */
export function useNameOfAccount(id: string): string | null {
  const { accounts } = usePerson();
  const nameOf = useAccountName();
  const account = accounts.find((one) => one.id === id);
  return account ? nameOf(account) : null;
}

/** Whose job, in which book, since when. */
export function Context({ job }: { job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const account = useNameOfAccount(job.account_id);
  return (
    <p className="hint grow numbers">
      {account ?? t("job.accountGone")}
      <br />
      {t(`tabs.${job.market_type}`)} · {format.moment(job.created_at, true)}
    </p>
  );
}
