import { useTranslation } from "react-i18next";
import { useAccount, useMarket } from "@/shared/person/Person";
import { Screen } from "@/shared/ui/Screen";
import { MarketSwitch } from "./MarketSwitch";
import { Restorable } from "./Restorable";

/** What was closed and can come back, what that costs now, and the button. */
export default function RestoreScreen() {
  const { t } = useTranslation();
  const account = useAccount();
  const market = useMarket();
  return (
    <Screen title={t("restore.title")} back="/">
      <MarketSwitch accountId={account.id} market={market} />
      {/* Another account or market begins anew: what was chosen there means nothing here. */}
      <Restorable key={`${account.id} ${market}`} accountId={account.id} market={market} />
    </Screen>
  );
}
