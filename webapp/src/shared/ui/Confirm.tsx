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
  useEffect(() => {
    dialog.current?.showModal();
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
          {/* biome-ignore lint/a11y/noAutofocus: the dialog was just opened to be answered */}
          <button type="submit" autoFocus disabled={busy} data-testid="confirm-button">
            {t("confirm.yes")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
