import { useTranslation } from "react-i18next";
import css from "../auth.module.css";

/** A mail is on its way, whoever the address belongs to. */
export function Mailed({ text, onBack }: { text: string; onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={css.form} role="status" data-testid="check-mail">
      <h2>{t("signIn.mailed")}</h2>
      <p>{text}</p>
      <p className="hint">{t("signIn.noMail")}</p>
      <button type="button" className="plain" onClick={onBack}>
        {t("signIn.back")}
      </button>
    </div>
  );
}
