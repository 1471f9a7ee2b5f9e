import { useTranslation } from "react-i18next";
import type { Job } from "@/shared/api/types";
import { useFormat } from "@/shared/money/useFormat";
import { copy, share } from "@/shared/telegram/handOver";
import { Icon } from "@/shared/ui/Icon";
import { say } from "@/shared/ui/Toast";
import { useNameOfAccount } from "./Context";
import css from "./jobs.module.css";
import { receiptText, summaryText } from "./receiptText";

/** Gives the receipt to somebody else, or to the clipboard. */
export function HandOver({ job }: { job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const telling = { t, format, account: useNameOfAccount(job.account_id) };

  async function attempt(giving: Promise<"shared" | "copied">) {
    try {
      if ((await giving) === "copied") say(t("common.copied"));
    } catch (error) {
      // Somebody who closes the share sheet knows that nothing was shared.
      if (error instanceof DOMException && error.name === "AbortError") return;
      say(t("job.notCopied"));
    }
  }

  return (
    <div className={css.two}>
      <button
        type="button"
        className={`plain ${css.withIcon}`}
        onClick={() =>
          void attempt(share(summaryText(job, telling), `${location.origin}/jobs/${job.id}`))
        }
        data-testid="job-share"
      >
        <Icon name="share" />
        {t("job.share")}
      </button>
      <button
        type="button"
        className={`plain ${css.withIcon}`}
        onClick={() => void attempt(copy(receiptText(job, telling)).then(() => "copied" as const))}
        data-testid="job-copy"
      >
        <Icon name="copy" />
        {t("job.copy")}
      </button>
    </div>
  );
}
