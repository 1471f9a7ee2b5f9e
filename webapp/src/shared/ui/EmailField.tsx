import { Field } from "./Field";

interface Props {
  label: string;
  error: unknown;
  /** By "username" a password manager finds the password that goes with it. */
  autoComplete: "email" | "username";
  value: string;
  onChange: (value: string) => void;
  testId: string;
}

export function EmailField({ label, error, autoComplete, value, onChange, testId }: Props) {
  return (
    <Field name="email" label={label} error={error}>
      {(described) => (
        <input
          {...described}
          type="email"
          required
          maxLength={254}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          data-testid={testId}
        />
      )}
    </Field>
  );
}
