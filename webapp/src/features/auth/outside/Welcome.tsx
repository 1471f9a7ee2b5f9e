import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import css from "../auth.module.css";

/** The frame of what a person sees before they are signed in: what this is, then what to do. */
export function Welcome({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={`screen ${css.welcome}`}>
      <p className={css.brand}>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <span>
          <strong>Ebb</strong>
          <span className="hint">{t("signIn.what")}</span>
        </span>
      </p>
      {children}
    </div>
  );
}
