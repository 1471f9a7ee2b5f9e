import { useTranslation } from "react-i18next";
import { OutsideLink } from "@/shared/ui/OutsideLink";
import { Section } from "@/shared/ui/Section";
import { version } from "../../../package.json";

export function AboutSection() {
  const { t } = useTranslation();
  return (
    <Section title={t("settings.section.about")}>
      <div className="row spread wrap">
        <span>{t("settings.version", { version })}</span>
        <OutsideLink href={`${location.origin}/docs`}>{t("settings.docs")}</OutsideLink>
      </div>
    </Section>
  );
}
