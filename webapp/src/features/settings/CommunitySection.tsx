import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMay, useMayOperate } from "@/shared/person/useMay";
import { Icon } from "@/shared/ui/Icon";
import { Section } from "@/shared/ui/Section";
import css from "./settings.module.css";

const WAYS = [
  { path: "/operator/signals", name: "signals", icon: "live" },
  { path: "/operator/broadcast", name: "broadcasts", icon: "send" },
] as const;

/** What operators do for the community and its service; nothing for everybody else. */
export function CommunitySection() {
  const { t } = useTranslation();
  const mayOperate = useMayOperate();
  const mayLookAfterWorkers = useMay("operate");
  if (!mayOperate && !mayLookAfterWorkers) return null;
  return (
    <Section title={t("settings.section.community")}>
      <ul className={`rows ${css.sessions}`}>
        {(mayOperate ? WAYS : []).map(({ path, name, icon }) => (
          <li key={name}>
            <Link href={path} className={css.way} data-testid={`settings-${name}`}>
              <Icon name={icon} />
              <span className="grow">{t(`settings.community.${name}`)}</span>
              <Icon name="chevron" />
            </Link>
          </li>
        ))}
        {mayLookAfterWorkers && (
          <li>
            {/* Another page of the build: the app's own router does not know it. */}
            <a href="/admin/workers" className={css.way} data-testid="settings-workers">
              <Icon name="eye" />
              <span className="grow">{t("settings.community.workers")}</span>
              <Icon name="chevron" />
            </a>
          </li>
        )}
      </ul>
    </Section>
  );
}
