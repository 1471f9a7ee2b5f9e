import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Job, MarketType } from "@/shared/api/types";
import { Failure } from "@/shared/ui/Failure";
import { RestoreForm } from "./RestoreForm";
import { useSnapshots } from "./useSnapshots";

interface Props {
  market: MarketType;
  account: string;
  onAccepted: (job: Job) => void;
}

/** Opens to what was closed and can come back. */
export function RestorePanel({ market, account, onAccepted }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const snapshots = useSnapshots(market);
  const items = snapshots.data ?? [];
  if (snapshots.error && !snapshots.data) {
    return <Failure error={snapshots.error} onRetry={() => void snapshots.refetch()} />;
  }
  if (items.length === 0) return null;
  return (
    <details
      className="card panel"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="restore-panel"
    >
      <summary data-testid="restore-open">{t("restore.open", { count: items.length })}</summary>
      {open && (
        <RestoreForm market={market} account={account} items={items} onAccepted={onAccepted} />
      )}
    </details>
  );
}
