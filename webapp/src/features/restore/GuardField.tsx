import { useId } from "react";
import { useTranslation } from "react-i18next";
import { haptics } from "@/shared/telegram/haptics";
import { Segmented } from "@/shared/ui/Segmented";
import { GUARDS, type Guard, parseWithin } from "./guard";
import css from "./restore.module.css";

interface Props {
  guard: Guard;
  onChange: (guard: Guard) => void;
}

/** At which prices positions may come back. */
export function GuardField({ guard, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const wrong = guard.kind === "within" && parseWithin(guard.typed) === null;
  return (
    <div className={css.field}>
      <span aria-hidden="true">{t("guard.label")}</span>
      <Segmented
        legend={t("guard.label")}
        options={GUARDS.map((kind) => ({ value: kind, label: t(`guard.${kind}`) }))}
        value={guard.kind}
        onChange={(kind) => {
          haptics.selection();
          onChange({ ...guard, kind });
        }}
        testId="guard"
      />
      {guard.kind === "within" && (
        <div className="row spread">
          <label htmlFor={id} className={css.within}>
            {t("guard.distance")}
          </label>
          <input
            id={id}
            className={css.distance}
            inputMode="decimal"
            autoComplete="off"
            maxLength={6}
            value={guard.typed}
            aria-invalid={wrong}
            aria-describedby={wrong ? `${id}-bad` : undefined}
            onChange={(event) => onChange({ ...guard, typed: event.target.value })}
            data-testid="guard-within-input"
          />
          <span aria-hidden="true">%</span>
        </div>
      )}
      {wrong && (
        <p id={`${id}-bad`} className="fault" role="alert">
          {t("guard.bad")}
        </p>
      )}
      <p className="hint">{t(`guard.${guard.kind}Hint`)}</p>
    </div>
  );
}
