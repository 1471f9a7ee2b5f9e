import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "@/shared/api/problem";
import { usePerson, useSettings } from "@/shared/person/Person";
import { canAskBiometrics, confirmByBiometrics } from "@/shared/telegram/biometrics";
import { haptics } from "@/shared/telegram/haptics";
import { Failure } from "@/shared/ui/Failure";
import { HoldButton } from "@/shared/ui/HoldButton";
import { Sheet } from "@/shared/ui/Sheet";
import { SecretForm } from "./SecretForm";
import { asksForSecret, demandedMethods, methodsOf, type Secret } from "./secret";

interface Props {
  title: string;
  /** What the confirming button does: "Reduce by 25 %". */
  action: string;
  /** The same, as what holding the button does: "Hold to reduce by 25 %". */
  hold: string;
  /** On which account and for how much: "1,234.00 USD · Main · demo". */
  detail: string;
  children: ReactNode;
  /** Whether the server will want a PIN or a code; if it wants one unforeseen, it is asked then. */
  needsSecret: boolean;
  /** It happens at once: there are no seconds to take it back. */
  isFinal?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: (secret?: Secret) => void;
  onClose: () => void;
}

/**
 * Asks once before money moves or many people are told, in the way that the person chose: hold, tap or biometrics; then for
 * the PIN or a code, where they wanted to be asked.
 */
export function ConfirmSheet(props: Props) {
  const { title, action, hold, detail, children, needsSecret, busy, error, onConfirm, onClose } =
    props;
  const { isFinal = false } = props;
  const { t } = useTranslation();
  const { confirm_style: chosen, undo_seconds: undo } = useSettings();
  const { second_factors: factors } = usePerson();
  // The question stays once it was asked: while an answer is under way there is no error to tell.
  const [asking, setAsking] = useState(false);
  if (!asking && asksForSecret(error)) setAsking(true);
  const [biometric, setBiometric] = useState<boolean | null>(null);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (chosen === "biometrics") void canAskBiometrics().then(setBiometric);
  }, [chosen]);
  const without = chosen === "biometrics" && biometric === false;
  // `busy` comes a moment after the tap: a second one may be quicker.
  const taken = useRef(false);
  useEffect(() => {
    if (!busy) taken.current = false;
  }, [busy]);

  function confirmed() {
    if (needsSecret) setAsking(true);
    else onConfirm();
  }
  function confirm() {
    if (taken.current || busy) return;
    taken.current = !needsSecret;
    confirmed();
  }
  async function byBiometrics() {
    if (taken.current || busy) return;
    taken.current = true;
    setRefused(false);
    if (await confirmByBiometrics(`${action} · ${detail}`)) {
      haptics.armed();
      confirmed();
    } else {
      taken.current = false;
      setRefused(true);
    }
  }

  if (asking) {
    return (
      <Sheet title={title} onClose={onClose} testId="confirm">
        <p>{t("confirm.secretWhy")}</p>
        <SecretForm
          methods={demandedMethods(error) ?? methodsOf(factors)}
          action={action}
          detail={detail}
          busy={busy}
          error={problemOf(error)?.code === "confirmation_required" ? null : error}
          onSend={onConfirm}
        />
      </Sheet>
    );
  }
  return (
    <Sheet title={title} onClose={onClose} testId="confirm">
      {children}
      {Boolean(error) && <Failure error={error} />}
      {refused && (
        <p className="fault" role="alert">
          {t("confirm.refused")}
        </p>
      )}
      {without && <p className="hint">{t("confirm.noBiometrics")}</p>}
      {chosen === "tap" || (chosen === "biometrics" && !without) ? (
        <button
          type="button"
          className="main"
          aria-disabled={busy}
          aria-busy={busy}
          disabled={chosen === "biometrics" && biometric === null}
          onClick={() => (chosen === "tap" ? confirm() : void byBiometrics())}
          data-testid="confirm-button"
        >
          {busy ? t("confirm.sending") : action}
          <small>{detail}</small>
        </button>
      ) : (
        <HoldButton busy={busy} onHeld={confirm} testId="confirm-button">
          {busy ? t("confirm.sending") : hold}
          <small>{detail}</small>
        </HoldButton>
      )}
      {undo > 0 && !isFinal && <p className="hint centred">{t("confirm.undo", { count: undo })}</p>}
    </Sheet>
  );
}
