import { useTranslation } from "react-i18next";
import "@/shared/i18n/security";
import { Screen } from "@/shared/ui/Screen";
import { AuditSection } from "./audit/AuditSection";
import { PinSection } from "./pin/PinSection";
import { PolicySection } from "./policy/PolicySection";
import css from "./security.module.css";
import { TotpSection } from "./totp/TotpSection";
import { WaysSection } from "./ways/WaysSection";

/** By what a person signs in and confirms, and what happened in their account. */
export default function SecurityScreen() {
  const { t } = useTranslation();
  return (
    <Screen title={t("security.title")} back="/settings">
      <div className={css.columns}>
        <WaysSection />
        <div className={css.confirming}>
          <TotpSection />
          <PinSection />
          <PolicySection />
        </div>
        <AuditSection />
      </div>
    </Screen>
  );
}
