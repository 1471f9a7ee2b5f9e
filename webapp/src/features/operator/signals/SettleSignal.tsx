import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Signal, SignalResult } from "@/shared/api/types";
import { ConfirmSheet } from "@/shared/confirm/ConfirmSheet";
import { Segmented } from "@/shared/ui/Segmented";
import css from "../operator.module.css";
import { profitOf } from "./form";
import { useSettleSignal } from "./useSignalActions";

const RESULTS = ["won", "lost", "void"] as const satisfies readonly SignalResult[];

/** How a signal ended; it is told once. */
export function SettleSignal({ signal, onClose }: { signal: Signal; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const settle = useSettleSignal(signal);
  const [result, setResult] = useState<SignalResult>("won");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);

  function confirm() {
    const pnl = profitOf(typed);
    setWrong(pnl === undefined);
    if (pnl !== undefined) settle.mutate({ result, pnl }, { onSuccess: onClose });
  }

  return (
    <ConfirmSheet
      title={t("operator.signals.settleTitle")}
      action={t(`operator.signals.settle.${result}`)}
      hold={t(`operator.signals.settleHold.${result}`)}
      detail={signal.name}
      needsSecret={false}
      isFinal
      busy={settle.isPending}
      error={settle.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <div className={css.form}>
        <Segmented
          legend={t("operator.signals.result")}
          options={RESULTS.map((value) => ({ value, label: t(`signal.outcome.${value}`) }))}
          value={result}
          onChange={setResult}
          testId="settle-result"
        />
        <div>
          <label htmlFor={id}>{t("operator.signals.pnl")}</label>
          <input
            id={id}
            inputMode="text"
            autoComplete="off"
            placeholder="12,5"
            aria-invalid={wrong}
            aria-describedby={`${id}-told`}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setWrong(false);
            }}
            data-testid="settle-pnl"
          />
          <p
            id={`${id}-told`}
            className={wrong ? "fault" : "hint"}
            role={wrong ? "alert" : undefined}
          >
            {t(wrong ? "operator.signals.pnlBad" : "operator.signals.pnlHint")}
          </p>
        </div>
      </div>
    </ConfirmSheet>
  );
}
