import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMayOperate } from "@/shared/person/useMayOperate";
import { Icon } from "@/shared/ui/Icon";
import { Section } from "@/shared/ui/Section";
import css from "./settings.module.css";

const WAYS = [
  { path: "/operator/signals", name: "signals", icon: "live" },
  { path: "/operator/broadcast", name: "broadcasts", icon: "send" },
] as const;

/** What operators do for the community; nothing for everybody else. */
export function CommunitySection() {
  const { t } = useTranslation();
  if (!useMayOperate()) return null;
  return (
    <Section title={t("settings.section.community")}>
      <ul className={`rows ${css.sessions}`}>
        {WAYS.map(({ path, name, icon }) => (
          <li key={name}>
            <Link href={path} className={css.way} data-testid={`settings-${name}`}>
              <Icon name={icon} />
              <span className="grow">{t(`settings.community.${name}`)}</span>
              <Icon name="chevron" />
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
