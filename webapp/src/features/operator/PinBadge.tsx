import { useTranslation } from "react-i18next";
import type { Signal } from "@/shared/api/types";

const TONES = { owed: "", pinned: "ok", unpinned: "", failed: "bad" } as const;

/** Whether a message is pinned in the chat. */
export function PinBadge({ pin }: { pin: Signal["pin_state"] }) {
  const { t } = useTranslation();
  return (
    <span className={`badge ${TONES[pin]}`} data-testid="pin-state" data-pin={pin}>
      {t(`operator.pin.${pin}`)}
    </span>
  );
}
