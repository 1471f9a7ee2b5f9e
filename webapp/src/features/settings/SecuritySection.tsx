import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useUnread } from "@/shared/notices/useUnread";
import { usePerson } from "@/shared/person/Person";
import { Icon } from "@/shared/ui/Icon";
import { Section } from "@/shared/ui/Section";
import css from "./settings.module.css";

/** The ways to what a person signs in and confirms with, and to what they should know. */
export function SecuritySection() {
  const { t } = useTranslation();
  const { second_factors: factors } = usePerson();
  const unread = useUnread();
  const set = [factors.totp && t("settings.hasTotp"), factors.pin && t("settings.hasPin")].filter(
    Boolean,
  );
  return (
    <Section title={t("settings.section.security")}>
      <ul className={`rows ${css.sessions}`}>
        <li>
          <Link href="/settings/security" className={css.way} data-testid="settings-security">
            <Icon name="shield" />
            <span className="grow">
              {t("settings.security")}
              <span className="hint">{set.join(", ") || t("settings.securityHint")}</span>
            </span>
            <Icon name="chevron" />
          </Link>
        </li>
        <li>
          <Link
            href="/notices"
            state={{ back: "/settings" }}
            className={css.way}
            data-testid="settings-notices"
          >
            <Icon name="bell" />
            <span className="grow">{t("notices.title")}</span>
            {unread > 0 && (
              <span className="count" data-testid="notices-badge">
                <span className="visually-hidden">{t("notices.unread")} </span>
                {unread}
              </span>
            )}
            <Icon name="chevron" />
          </Link>
        </li>
      </ul>
    </Section>
  );
}
