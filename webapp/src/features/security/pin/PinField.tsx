import { digitsOf } from "@/shared/confirm/code";
import { Field } from "@/shared/ui/Field";

interface Props {
  name: string;
  label: string;
  hint?: string;
  error: unknown;
  value: string;
  onChange: (value: string) => void;
  testId: string;
}

/** Digits that nobody beside reads. */
export function PinField({ value, onChange, testId, hint, ...field }: Props) {
  return (
    <Field {...field} {...(hint !== undefined && { hint })}>
      {(described) => (
        <input
          {...described}
          type="password"
          inputMode="numeric"
          autoComplete="off"
          required
          maxLength={8}
          value={value}
          onChange={({ target }) => onChange(digitsOf(target.value))}
          data-testid={testId}
        />
      )}
    </Field>
  );
}
