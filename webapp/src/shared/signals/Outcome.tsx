import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";

const TONES = { won: "ok", lost: "bad", void: "" } as const;

/** What became of a signal, in a word. */
export function Outcome({ signal }: { signal: Signal }) {
  const { t } = useTranslation();
  const { state, result } = signal;
  return (
    <span
      className={`badge ${result ? TONES[result] : ""}`}
      data-testid="signal-outcome"
      data-outcome={result ?? state}
    >
      {t(`signal.outcome.${result ?? state}`)}
    </span>
  );
}
