import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/shared/ui/Failure";
import { Sheet } from "@/shared/ui/Sheet";

interface Props {
  title: string;
  action: string;
  danger?: boolean;
  /** Ask why, for the audit log and the other operators. */
  asksWhy?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: (why: string) => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks once before something is done that others will feel. */
export function Confirm(props: Props) {
  const { title, action, danger, asksWhy, busy, error, onConfirm, onClose, children } = props;
  const { t } = useTranslation();
  const [why, setWhy] = useState("");
  const id = useId();
  return (
    <Sheet title={title} onClose={onClose} testId="admin-confirm">
      {children}
      {asksWhy && (
        <div>
          <label htmlFor={id}>{t("admin.confirm.why")}</label>
          <input
            id={id}
            value={why}
            maxLength={256}
            onChange={(event) => setWhy(event.target.value)}
            data-testid="admin-why"
          />
        </div>
      )}
      {Boolean(error) && <Failure error={error} />}
      <div className="row wrap">
        <button
          type="button"
          className={danger ? "danger" : undefined}
          aria-disabled={busy}
          aria-busy={busy}
          onClick={() => !busy && onConfirm(why.trim())}
          data-testid="admin-confirm-button"
        >
          {action}
        </button>
        <button type="button" className="plain" onClick={onClose}>
          {t("common.cancel")}
        </button>
      </div>
    </Sheet>
  );
}
