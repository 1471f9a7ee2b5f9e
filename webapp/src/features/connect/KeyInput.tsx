import { type ComponentProps, useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./connect.module.css";

/** The key, covered until one wants to compare it. The secret has no such way. */
export function KeyInput(field: ComponentProps<"input">) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <div className={css.key}>
      <input
        {...field}
        type={shown ? "text" : "password"}
        required
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <button
        type="button"
        className="link"
        aria-controls={field.id}
        onClick={() => setShown(!shown)}
        data-testid="connect-show"
      >
        {shown ? t("connect.hide") : t("connect.show")}
      </button>
    </div>
  );
}
