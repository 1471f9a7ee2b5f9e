import { useTranslation } from "react-i18next";
import { Field } from "@/shared/ui/Field";
import { toLocal, zone } from "../localTime";
import css from "../operator.module.css";
import { inMinutes, type SignalForm } from "./form";

const SPANS = [15, 30, 60, 120] as const;

interface Props {
  form: SignalForm;
  onChange: (form: SignalForm) => void;
  /** What the server found wrong. */
  error: unknown;
}

/** What a signal is made of. */
export function SignalFields({ form, onChange, error }: Props) {
  const { t } = useTranslation();
  const put = (part: Partial<SignalForm>) => onChange({ ...form, ...part });

  function line(name: keyof SignalForm, rules: Partial<React.ComponentProps<"input">>) {
    return (
      <Field name={name} label={t(`operator.field.${name}`)} error={error}>
        {(described) => (
          <input
            autoComplete="off"
            {...rules}
            {...described}
            value={form[name]}
            onChange={(event) => put({ [name]: event.target.value })}
            data-testid={`signal-${name}`}
          />
        )}
      </Field>
    );
  }
  const slug = { required: true, autoCapitalize: "none", spellCheck: false, maxLength: 64 };
  const number = { required: true, type: "number", step: "0.01", inputMode: "decimal" } as const;

  return (
    <>
      {line("name", { required: true, maxLength: 256 })}
      <div className={css.pair}>
        {line("type", {
          ...slug,
          pattern: "[a-z0-9][a-z0-9_\\-]*",
          placeholder: "halftime-ghost",
          title: t("operator.signals.slug"),
        })}
        {line("market_id", {
          ...slug,
          pattern: "[A-Za-z0-9][A-Za-z0-9._:\\-]*",
          title: t("operator.signals.id"),
        })}
        {line("sport", { maxLength: 64, placeholder: t("operator.signals.sportExample") })}
        {line("market", { maxLength: 64, placeholder: "1x2" })}
        {line("confidence", { ...number, min: 0, max: 100 })}
        {line("ev", { ...number, min: -1000, max: 1000 })}
      </div>
      <div className={css.when}>
        <Field
          name="expires_at"
          label={t("operator.field.expires_at")}
          hint={t("operator.zone", { zone: zone() })}
          error={error}
        >
          {(described) => (
            <input
              {...described}
              type="datetime-local"
              required
              min={toLocal(new Date())}
              value={form.expires_at}
              onChange={(event) => put({ expires_at: event.target.value })}
              data-testid="signal-expires_at"
            />
          )}
        </Field>
        <div className="presets">
          {SPANS.map((minutes) => (
            <button
              key={minutes}
              type="button"
              className="chip"
              onClick={() => put({ expires_at: inMinutes(minutes, new Date()) })}
            >
              {t(`operator.span.${minutes}`)}
            </button>
          ))}
        </div>
      </div>
    </>
  );
}
