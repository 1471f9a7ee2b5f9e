import { useTranslation } from "react-i18next";
import { useAccount, useAccountName, useMarket } from "@/shared/person/Person";
import { useSnapshots } from "@/shared/snapshots/useSnapshots";
import { Failure } from "@/shared/ui/Failure";
import { Screen } from "@/shared/ui/Screen";
import { RestoreForm } from "./RestoreForm";

/** What was closed and can come back. */
export default function RestoreScreen() {
  const { t } = useTranslation();
  const account = useAccount();
  const market = useMarket();
  const nameOf = useAccountName();
  const snapshots = useSnapshots(account.id, market);
  return (
    <Screen title={t("restore.title")} back="/">
      {snapshots.error && <Failure error={snapshots.error} />}
      {snapshots.data && (
        <RestoreForm market={market} account={nameOf(account)} items={snapshots.data} />
      )}
    </Screen>
  );
}
