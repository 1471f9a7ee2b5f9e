import { digitsOf } from "@/shared/confirm/code";
import { Field } from "@/shared/ui/Field";

interface Props {
  name: string;
  label: string;
  hint?: string;
  error: unknown;
  /** A code of an app instead: it is no secret for longer than half a minute. */
  isCode?: boolean;
  value: string;
  onChange: (value: string) => void;
  testId: string;
}

/** Digits that nobody beside reads. */
export function PinField({ isCode = false, value, onChange, testId, hint, ...field }: Props) {
  return (
    <Field {...field} {...(hint !== undefined && { hint })}>
      {(described) => (
        <input
          {...described}
          type={isCode ? "text" : "password"}
          inputMode={isCode ? "text" : "numeric"}
          autoComplete={isCode ? "one-time-code" : "off"}
          required
          maxLength={isCode ? 32 : 8}
          value={value}
          onChange={({ target }) => onChange(isCode ? target.value : digitsOf(target.value))}
          data-testid={testId}
        />
      )}
    </Field>
  );
}
