import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/shared/ui/Failure";
import { Sheet } from "@/shared/ui/Sheet";
import { say } from "@/shared/ui/Toast";
import css from "../operator.module.css";
import { FIELDS, freshForm, signalBody } from "./form";
import { SignalFields } from "./SignalFields";
import { useCreateSignal } from "./useSignalActions";

/** A signal that everybody is told of and that is pinned in the chat. */
export function NewSignal({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(() => freshForm(new Date()));
  const create = useCreateSignal();
  const body = signalBody(form);
  return (
    <Sheet title={t("operator.signals.new")} onClose={onClose} testId="signal-sheet">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (body === null || create.isPending) return;
          create.mutate(body, {
            onSuccess: () => {
              say(t("operator.signals.made"));
              onClose();
            },
          });
        }}
      >
        <SignalFields form={form} onChange={setForm} error={create.error} />
        {create.error && <Failure error={create.error} toldElsewhere={FIELDS} />}
        <button
          type="submit"
          className="main"
          disabled={create.isPending}
          aria-busy={create.isPending}
          data-testid="signal-save"
        >
          {create.isPending ? t("confirm.sending") : t("operator.signals.make")}
          <small>{t("operator.signals.makeDetail")}</small>
        </button>
      </form>
    </Sheet>
  );
}
