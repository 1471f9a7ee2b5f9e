import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Intent, openIntent } from "@/shared/api/intent";
import type { BroadcastIn, BroadcastPreview } from "@/shared/api/types";
import { tabMemory } from "@/shared/storage";
import { MainButton } from "@/shared/telegram/MainButton";
import { Failure } from "@/shared/ui/Failure";
import { Field } from "@/shared/ui/Field";
import { say } from "@/shared/ui/Toast";
import css from "../operator.module.css";
import { BroadcastQuestion } from "./BroadcastQuestion";
import { broadcastBody, type Draft, MOST_UNITS, NOTHING, unitsOf } from "./draft";
import { BROADCAST, usePreview, useSend } from "./useBroadcasts";
import { Where } from "./Where";

const UNSENT = "ebb.unsent";
const FIELDS = ["text", "thread_id", "at"];

/** What the open question asks about: shown and sent as it was when it opened. */
interface Question {
  preview: BroadcastPreview;
  intent: Intent<BroadcastIn>;
}

/** A message to the chat. `liveTopic`: the topic it goes to when no other is named. */
export function Composer({ liveTopic }: { liveTopic: number | null }) {
  const { t } = useTranslation();
  // The words outlive a look at another screen.
  const [draft, setDraft] = useState<Draft>(() => ({
    ...NOTHING,
    text: tabMemory.read(UNSENT) ?? "",
  }));
  const [question, setQuestion] = useState<Question | null>(null);
  const preview = usePreview();
  const send = useSend();
  const body = broadcastBody(draft);
  const units = unitsOf(draft.text);

  function write(part: Partial<Draft>) {
    const next = { ...draft, ...part };
    setDraft(next);
    tabMemory.write(UNSENT, next.text);
    if (preview.error) preview.reset();
  }
  function look() {
    if (body === null || preview.isPending) return;
    send.reset();
    preview.mutate(body, {
      onSuccess: (shown) => setQuestion({ preview: shown, intent: openIntent(BROADCAST, body) }),
    });
  }
  function confirm() {
    if (question === null) return;
    send.mutate(question.intent, {
      onSuccess: (broadcast) => {
        setQuestion(null);
        write(NOTHING);
        say(
          t(broadcast.state === "scheduled" ? "operator.broadcast.set" : "operator.broadcast.on"),
        );
      },
    });
  }

  return (
    <section className={`card dock ${css.form}`} aria-label={t("operator.broadcast.new")}>
      <Field name="text" label={t("operator.broadcast.text")} error={preview.error}>
        {(described) => (
          <textarea
            {...described}
            className={css.text}
            rows={5}
            value={draft.text}
            onChange={(event) => write({ text: event.target.value })}
            data-testid="broadcast-text"
          />
        )}
      </Field>
      <p className={`numbers ${css.count} ${units > MOST_UNITS ? "fault" : "hint"}`}>
        {t("operator.broadcast.units", { units, most: MOST_UNITS })}
      </p>
      <Where draft={draft} liveTopic={liveTopic} error={preview.error} onChange={write} />
      {preview.error && <Failure error={preview.error} toldElsewhere={FIELDS} />}
      {question ? (
        <BroadcastQuestion
          preview={question.preview}
          busy={send.isPending}
          error={send.error}
          onConfirm={confirm}
          onClose={() => setQuestion(null)}
        />
      ) : (
        <MainButton
          text={t("operator.broadcast.preview")}
          disabled={body === null}
          busy={preview.isPending}
          onClick={look}
          testId="broadcast-preview"
        />
      )}
    </section>
  );
}
