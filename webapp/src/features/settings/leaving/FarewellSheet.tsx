import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/shared/ui/Failure";
import { HoldButton } from "@/shared/ui/HoldButton";
import { Sheet } from "@/shared/ui/Sheet";
import css from "../settings.module.css";
import { isFarewell } from "./farewell";

interface Props {
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** What goes and what stays; the word, then the hold. */
export function FarewellSheet({ busy, error, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  return (
    <Sheet title={t("settings.deleteTitle")} onClose={onClose} testId="delete-sheet">
      <ul className={css.list}>
        <li>{t("settings.deleteKeys")}</li>
        <li>{t("settings.deleteHistory")}</li>
        <li>{t("settings.deleteRest")}</li>
      </ul>
      <p>{t("settings.deleteStays")}</p>
      <div>
        <label htmlFor={id}>{t("settings.deleteWord")}</label>
        <input
          id={id}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          data-testid="delete-word"
        />
      </div>
      {Boolean(error) && <Failure error={error} />}
      <HoldButton
        danger
        disabled={!isFarewell(typed)}
        busy={busy}
        onHeld={onConfirm}
        testId="delete-confirm"
      >
        {busy ? t("settings.deleting") : t("settings.deleteHold")}
      </HoldButton>
    </Sheet>
  );
}
