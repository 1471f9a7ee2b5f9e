import { useTranslation } from "react-i18next";
import { Screen } from "@/shared/ui/Screen";
import { Section } from "@/shared/ui/Section";
import { AboutSection } from "./AboutSection";
import { AccountsSection } from "./accounts/AccountsSection";
import { CommunitySection } from "./CommunitySection";
import { DeleteAll } from "./leaving/DeleteAll";
import { SignOut } from "./leaving/SignOut";
import { ConfirmSetting } from "./look/ConfirmSetting";
import { LanguageSetting } from "./look/LanguageSetting";
import { MarketSetting } from "./look/MarketSetting";
import { PercentSetting } from "./look/PercentSetting";
import { ThemeSetting } from "./look/ThemeSetting";
import { UndoSetting } from "./look/UndoSetting";
import { NotifySection } from "./NotifySection";
import { SecuritySection } from "./SecuritySection";
import { SessionsSection } from "./sessions/SessionsSection";
import css from "./settings.module.css";

/** Everything that a person can choose, see of themselves, and take back. */
export default function SettingsScreen() {
  const { t } = useTranslation();
  return (
    <Screen title={t("settings.title")} back="/">
      <div className={css.columns}>
        <div className={css.column}>
          <Section title={t("settings.section.look")}>
            <LanguageSetting />
            <ThemeSetting />
          </Section>
          <Section title={t("settings.section.orders")}>
            <ConfirmSetting />
            <UndoSetting />
            <PercentSetting />
            <MarketSetting />
          </Section>
          <NotifySection />
        </div>
        <div className={css.column}>
          <CommunitySection />
          <SecuritySection />
          <AccountsSection />
          <SessionsSection />
          <Section title={t("settings.section.leaving")}>
            <SignOut />
            <DeleteAll />
          </Section>
          <AboutSection />
        </div>
      </div>
    </Screen>
  );
}
