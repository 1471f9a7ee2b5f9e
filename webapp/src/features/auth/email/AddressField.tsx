import { useTranslation } from "react-i18next";
import { Field } from "@/shared/ui/Field";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error: unknown;
}

export function AddressField({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <Field name="email" label={t("signIn.email")} error={error}>
      {(described) => (
        <input
          {...described}
          type="email"
          required
          maxLength={254}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          data-testid="sign-in-email"
        />
      )}
    </Field>
  );
}
