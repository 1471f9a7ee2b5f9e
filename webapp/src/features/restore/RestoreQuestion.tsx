import { useTranslation } from "react-i18next";
import type { Plan } from "@/shared/api/types";
import { ConfirmSheet } from "@/shared/confirm/ConfirmSheet";
import type { Secret } from "@/shared/confirm/secret";
import { useFormat } from "@/shared/money/useFormat";
import { useAccount, useAccountName } from "@/shared/person/Person";
import { Fact, Facts } from "@/shared/ui/Facts";
import type { RestoreBody } from "./body";
import { Net } from "./Cost";
import { useGuardText } from "./useGuardText";

interface Props {
  plan: Plan;
  body: RestoreBody;
  action: string;
  hold: string;
  detail: string;
  busy: boolean;
  error: unknown;
  onConfirm: (secret?: Secret) => void;
  onClose: () => void;
}

/** The last question: what comes back, for how much, on which terms. */
export function RestoreQuestion({ plan, body, ...confirm }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const account = useAccount();
  const nameOf = useAccountName();
  const { totals } = plan;
  const guardText = useGuardText();
  return (
    <ConfirmSheet
      title={t("restore.confirm", { count: totals.legs })}
      needsSecret={plan.needs_confirmation}
      {...confirm}
    >
      {plan.cost && <Net plan={plan} isStale={false} />}
      <Facts large>
        <Fact name={t("restore.account")}>{nameOf(account)}</Fact>
        <Fact name={t("restore.market")}>{t(`tabs.${plan.market_type}`)}</Fact>
        <Fact name={t("restore.notional")}>≈ {format.money(totals.notional)} USD</Fact>
        <Fact name={t("restore.fee")}>≈ {format.money(totals.fee_estimate)} USD</Fact>
        <Fact name={t("percent.label")}>{format.number(body.percent)} %</Fact>
        <Fact name={t("guard.label")}>{guardText(body.price_guard)}</Fact>
        {totals.skipped > 0 && <Fact name={t("restore.skippedCount")}>{totals.skipped}</Fact>}
        {body.set_leverage && <Fact name={t("restore.leverageFact")}>{t("common.yes")}</Fact>}
      </Facts>
    </ConfirmSheet>
  );
}
