import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/shared/ui/Failure";
import { Sheet } from "@/shared/ui/Sheet";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Switch } from "@/shared/ui/Switch";
import css from "../security.module.css";
import { Way } from "../Way";
import { useApprovals, useBlockApprovals, useRemovePhone } from "./useApprovals";

/** The number that a browser can be let in by, and whether the bot may be bothered with it. */
export function PhoneWay() {
  const { t } = useTranslation();
  const approvals = useApprovals();
  const block = useBlockApprovals();
  const remove = useRemovePhone();
  const [asking, setAsking] = useState(false);
  if (!approvals.data) {
    return (
      <li>
        {approvals.error ? (
          <Failure error={approvals.error} onRetry={() => void approvals.refetch()} />
        ) : (
          <Skeleton cards={1} />
        )}
      </li>
    );
  }
  const { phone_masked: phone, blocked } = approvals.data;
  return (
    <>
      <Way
        name={t("security.phone.name")}
        hint={phone ?? t("security.phone.missing")}
        badge={phone && <span className="badge ok">{t("security.on")}</span>}
        testId="way-phone"
      >
        {phone && (
          <button
            type="button"
            className={css.quietDanger}
            onClick={() => setAsking(true)}
            data-testid="phone-remove"
          >
            {t("security.phone.remove")}
          </button>
        )}
      </Way>
      {(phone !== null || blocked) && (
        <li>
          <Switch
            label={t("security.phone.block")}
            hint={t("security.phone.blockHint")}
            checked={block.isPending ? block.variables : blocked}
            onChange={(chosen) => block.mutate(chosen)}
            testId="approvals-blocked"
          />
          {block.error && <Failure error={block.error} />}
        </li>
      )}
      {asking && (
        <Sheet
          title={t("security.phone.removeTitle")}
          onClose={() => setAsking(false)}
          testId="phone-remove-sheet"
        >
          <p>{t("security.phone.removeText")}</p>
          {remove.error && <Failure error={remove.error} />}
          <button
            type="button"
            className="danger"
            disabled={remove.isPending}
            aria-busy={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: () => setAsking(false) })}
            data-testid="phone-remove-confirm"
          >
            {t("security.phone.remove")}
          </button>
        </Sheet>
      )}
    </>
  );
}
