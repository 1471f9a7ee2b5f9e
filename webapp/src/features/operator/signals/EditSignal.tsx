import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";
import { Failure } from "@/shared/ui/Failure";
import { Sheet } from "@/shared/ui/Sheet";
import { say } from "@/shared/ui/Toast";
import css from "../operator.module.css";
import { changesOf, FIELDS, formOf } from "./form";
import { SignalFields } from "./SignalFields";
import { useChangeSignal } from "./useSignalActions";

/** Change a live signal, and its message with it. */
export function EditSignal({ signal, onClose }: { signal: Signal; onClose: () => void }) {
  const { t } = useTranslation();
  // As it was when the sheet opened: what others change meanwhile is not taken back.
  const [before] = useState(() => formOf(signal));
  const [form, setForm] = useState(before);
  const change = useChangeSignal(signal);
  const changes = changesOf(before, form);
  const isSame = changes !== null && Object.keys(changes).length === 0;
  return (
    <Sheet title={t("operator.signals.edit")} onClose={onClose} testId="signal-sheet">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (changes === null || isSame || change.isPending) return;
          change.mutate(changes, {
            onSuccess: () => {
              say(t("common.saved"));
              onClose();
            },
          });
        }}
      >
        <SignalFields form={form} onChange={setForm} error={change.error} />
        {change.error && <Failure error={change.error} toldElsewhere={FIELDS} />}
        <button
          type="submit"
          className="main"
          disabled={change.isPending || isSame}
          aria-busy={change.isPending}
          data-testid="signal-save"
        >
          {t("common.save")}
        </button>
      </form>
    </Sheet>
  );
}
