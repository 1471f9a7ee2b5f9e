import { useTranslation } from "react-i18next";
import { usePerson, useSettings } from "@/shared/person/Person";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Section";
import { Switch } from "@/shared/ui/Switch";
import css from "./settings.module.css";
import { useChangeSettings } from "./useChangeSettings";

const KINDS = ["receipts", "key_warnings", "security", "signals"] as const;

/** What the bot tells by itself, each kind on or off. */
export function NotifySection() {
  const { t } = useTranslation();
  const { telegram_id: telegram } = usePerson();
  const { notify } = useSettings();
  const change = useChangeSettings();
  return (
    <Section title={t("settings.section.notify")}>
      <div className={css.setting}>
        {KINDS.map((kind) => (
          <Switch
            key={kind}
            label={t(`settings.notify.${kind}`)}
            hint={t(`settings.notifyHint.${kind}`)}
            checked={notify[kind]}
            onChange={(on) => change.mutate({ notify: { ...notify, [kind]: on } })}
            testId={`settings-notify-${kind}`}
          />
        ))}
        <p className="hint">
          {t(telegram === null ? "settings.notifyNobody" : "settings.notifyAll")}
        </p>
        {change.error && <Failure error={change.error} />}
      </div>
    </Section>
  );
}
