import { useId } from "react";

interface Props<T extends string> {
  legend: string;
  options: readonly { value: T; label: string; disabled?: boolean }[];
  value: T;
  onChange: (value: T) => void;
  testId?: string;
}

/** One of a few: radio buttons that look like one control. */
export function Segmented<T extends string>(props: Props<T>) {
  const { legend, options, value, onChange, testId } = props;
  const name = useId();
  return (
    <fieldset className="segmented" data-testid={testId}>
      <legend className="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
            data-testid={testId && `${testId}-${option.value}`}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
