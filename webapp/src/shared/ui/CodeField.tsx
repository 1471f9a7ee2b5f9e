import type { Ref } from "react";
import { Field } from "./Field";

interface Props {
  label: string;
  hint?: string;
  error: unknown;
  /** A code of the app is digits, a recovery code has letters too. */
  takes?: "app" | "recovery" | "either";
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  testId: string;
  ref?: Ref<HTMLInputElement>;
}

/** A second factor's code, good once: seen while it is typed. */
export function CodeField(props: Props) {
  const { label, hint, error, takes = "either", placeholder, value, onChange, testId, ref } = props;
  return (
    <Field name="code" label={label} error={error} {...(hint !== undefined && { hint })}>
      {(described) => (
        <input
          {...described}
          ref={ref}
          required
          maxLength={64}
          inputMode={takes === "app" ? "numeric" : "text"}
          autoComplete={takes === "recovery" ? "off" : "one-time-code"}
          autoCapitalize="none"
          spellCheck={false}
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          data-testid={testId}
        />
      )}
    </Field>
  );
}
