import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  children: ReactNode;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** A native dialog: it traps the focus, Escape leaves it, Enter confirms. */
export function Confirm({ title, children, busy, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // Opening puts the focus on the first button, which is the one that leaves.
    yes.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title" data-testid="confirm">
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) onConfirm();
        }}
      >
        <h2 id="confirm-title">{title}</h2>
        {children}
        <div className="row">
          <button type="button" className="plain" onClick={() => dialog.current?.close()}>
            {t("confirm.no")}
          </button>
          <button ref={yes} type="submit" aria-disabled={busy} data-testid="confirm-button">
            {busy ? t("confirm.sending") : t("confirm.yes")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
