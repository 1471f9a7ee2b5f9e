import { useTranslation } from "react-i18next";
import css from "../auth.module.css";
import type { Asked } from "./asked";
import { useSecondsLeft } from "./useSecondsLeft";

/** The number to tap, and how long it can be. */
export function Waiting({ asked, onCancel }: { asked: Asked; onCancel: () => void }) {
  const { t } = useTranslation();
  const left = useSecondsLeft(asked.until);
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return (
    <div className={css.ask}>
      <div role="status">
        <p>{t("signIn.tap")}</p>
        <p className={css.number} data-testid="sign-in-number">
          {asked.number}
        </p>
      </div>
      <p>{t("signIn.asked", { phone: asked.phone })}</p>
      <p className="hint numbers">{t("signIn.left", { time: clock })}</p>
      <button type="button" className="plain" onClick={onCancel} data-testid="sign-in-cancel">
        {t("common.cancel")}
      </button>
    </div>
  );
}
