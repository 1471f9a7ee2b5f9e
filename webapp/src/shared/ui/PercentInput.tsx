import { useId } from "react";
import { useTranslation } from "react-i18next";
import { parsePercent } from "@/shared/money/format";
import { haptics } from "@/shared/telegram/haptics";

const PRESETS = ["25", "50", "75", "100"];

interface Props {
  typed: string;
  onChange: (typed: string) => void;
  /** Presets that the lot steps make impossible. */
  infeasible?: ReadonlySet<string>;
}

/** Slider, exact input and presets of one percentage. */
export function PercentInput({ typed, onChange, infeasible }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const percent = parsePercent(typed);

  function step(next: string) {
    haptics.selection();
    onChange(next);
  }

  return (
    <div className="percent">
      <label htmlFor={id} className="visually-hidden">
        {t("percent.label")}
      </label>
      <div className="row">
        <input
          type="range"
          min="1"
          max="100"
          step="1"
          aria-label={t("percent.label")}
          value={percent ?? "1"}
          onChange={(event) => step(event.target.value)}
          data-testid="percent-slider"
        />
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          maxLength={6}
          value={typed}
          aria-invalid={percent === null}
          aria-describedby={percent === null ? `${id}-bad` : undefined}
          onChange={(event) => onChange(event.target.value)}
          data-testid="percent-input"
        />
        <span aria-hidden="true">%</span>
      </div>
      <div className="row presets">
        {PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            className="plain"
            aria-pressed={percent === preset}
            disabled={infeasible?.has(preset)}
            onClick={() => step(preset)}
            data-testid={`percent-preset-${preset}`}
          >
            {t("percent.preset", { percent: preset })}
          </button>
        ))}
      </div>
      {percent === null && (
        <p id={`${id}-bad`} className="fault" role="alert">
          {t("percent.bad")}
        </p>
      )}
    </div>
  );
}
