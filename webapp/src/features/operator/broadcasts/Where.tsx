import { useTranslation } from "react-i18next";
import { Field } from "@/shared/ui/Field";
import { Segmented } from "@/shared/ui/Segmented";
import { Switch } from "@/shared/ui/Switch";
import { toLocal, zone } from "../localTime";
import css from "../operator.module.css";
import type { Draft } from "./draft";

const IN_AN_HOUR = 3_600_000;

interface Props {
  draft: Draft;
  liveTopic: number | null;
  /** What the server found wrong. */
  error: unknown;
  onChange: (part: Partial<Draft>) => void;
}

/** Where a message goes, when, and whether it is pinned. */
export function Where({ draft, liveTopic, error, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Field
        name="thread_id"
        label={t("operator.broadcast.topic")}
        hint={t("operator.broadcast.topicHint")}
        error={error}
      >
        {(described) => (
          <input
            {...described}
            inputMode="numeric"
            autoComplete="off"
            placeholder={
              liveTopic === null
                ? t("operator.broadcast.noTopic")
                : t("operator.broadcast.liveTopic", { topic: liveTopic })
            }
            value={draft.topic}
            onChange={(event) => onChange({ topic: event.target.value.trim() })}
            data-testid="broadcast-topic"
          />
        )}
      </Field>
      <div className={css.when}>
        <Segmented
          legend={t("operator.broadcast.when")}
          options={(["now", "later"] as const).map((value) => ({
            value,
            label: t(`operator.broadcast.at.${value}`),
          }))}
          value={draft.later ? "later" : "now"}
          onChange={(value) =>
            onChange({
              later: value === "later",
              at: draft.at || toLocal(new Date(Date.now() + IN_AN_HOUR)),
            })
          }
          testId="broadcast-when"
        />
        {draft.later && (
          <Field
            name="at"
            label={t("operator.broadcast.time")}
            hint={t("operator.zone", { zone: zone() })}
            error={error}
          >
            {(described) => (
              <input
                {...described}
                type="datetime-local"
                min={toLocal(new Date())}
                value={draft.at}
                onChange={(event) => onChange({ at: event.target.value })}
                data-testid="broadcast-at"
              />
            )}
          </Field>
        )}
      </div>
      <Switch
        label={t("operator.broadcast.pin")}
        hint={t("operator.broadcast.pinHint")}
        checked={draft.pin}
        onChange={(pin) => onChange({ pin })}
        testId="broadcast-pin"
      />
    </>
  );
}
