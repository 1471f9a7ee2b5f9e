import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { usePerson } from "@/shared/person/Person";
import { Icon } from "@/shared/ui/Icon";
import { Section } from "@/shared/ui/Section";
import css from "../security.module.css";
import { EmailWay } from "./EmailWay";
import { PhoneWay } from "./PhoneWay";
import { TelegramWay } from "./TelegramWay";

/** By what the person gets in, and where they are. */
export function WaysSection() {
  const { t } = useTranslation();
  // The number is that of a Telegram account, and its bot asks.
  const inTelegram = usePerson().telegram_id !== null;
  return (
    <Section title={t("security.ways")}>
      <ul className={`rows ${css.ways}`}>
        <TelegramWay />
        {inTelegram && <PhoneWay />}
        <EmailWay />
        <li>
          <Link href="/settings#sessions" className={css.link} data-testid="sessions-open">
            <span className="grow">
              <strong>{t("security.sessions")}</strong>
              <span className="hint">{t("security.sessionsHint")}</span>
            </span>
            <Icon name="chevron" />
          </Link>
        </li>
      </ul>
    </Section>
  );
}
