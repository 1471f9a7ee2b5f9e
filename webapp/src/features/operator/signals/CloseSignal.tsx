import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";
import { ConfirmSheet } from "@/shared/confirm/ConfirmSheet";
import { useCloseSignal } from "./useSignalActions";

/** End a live signal before its time. */
export function CloseSignal({ signal, onClose }: { signal: Signal; onClose: () => void }) {
  const { t } = useTranslation();
  const close = useCloseSignal(signal);
  return (
    <ConfirmSheet
      title={t("operator.signals.closeTitle")}
      action={t("operator.signals.close")}
      hold={t("operator.signals.closeHold")}
      detail={signal.name}
      needsSecret={false}
      isFinal
      busy={close.isPending}
      error={close.error}
      onConfirm={() => close.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t("operator.signals.closeText")}</p>
    </ConfirmSheet>
  );
}
