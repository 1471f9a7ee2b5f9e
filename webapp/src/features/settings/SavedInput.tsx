import { useId, useState } from "react";
import css from "./settings.module.css";

interface Props<T> {
  label: string;
  /** What is saved, as text to start from. */
  saved: string;
  /** What was typed, or undefined if it is nothing that can be saved. */
  read: (typed: string) => T | undefined;
  onSave: (value: T) => void;
  /** Said while nothing can be saved. */
  fault: string;
  unit?: string;
  placeholder?: string;
  disabled?: boolean;
  testId: string;
}

/** A short number that is saved with Enter or on leaving the field; Escape brings it back. */
export function SavedInput<T>(props: Props<T>) {
  const { label, saved, read, onSave, fault, unit, placeholder, disabled, testId } = props;
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && read(typed) === undefined;

  function save() {
    if (typed === null) return;
    const value = read(typed);
    if (value === undefined) return;
    setTyped(null);
    if (typed.trim() !== saved) onSave(value);
  }

  return (
    <div className={css.saved}>
      <span className="row">
        <input
          inputMode="decimal"
          autoComplete="off"
          aria-label={label}
          aria-invalid={wrong}
          aria-describedby={wrong ? id : undefined}
          value={typed ?? saved}
          placeholder={placeholder}
          disabled={disabled}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => {
            if (event.key === "Enter") save();
            if (event.key === "Escape") setTyped(null);
          }}
          data-testid={testId}
        />
        {unit && <span aria-hidden="true">{unit}</span>}
      </span>
      {wrong && (
        <p id={id} className="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
