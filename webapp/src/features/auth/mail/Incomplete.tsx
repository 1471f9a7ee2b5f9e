import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import css from "../auth.module.css";

/** A mail's link that lost its token on the way. */
export function Incomplete() {
  const { t } = useTranslation();
  return (
    <div className={`card ${css.panel}`} role="alert">
      <p>{t("signIn.incomplete")}</p>
      <Link href="/" replace className="button plain">
        {t("signIn.back")}
      </Link>
    </div>
  );
}
