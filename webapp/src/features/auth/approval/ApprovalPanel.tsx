import { useState } from "react";
import { useTranslation } from "react-i18next";
import css from "../auth.module.css";
import { PhoneForm } from "./PhoneForm";
import { useApproval } from "./useApproval";
import { Waiting } from "./Waiting";

/** Sign in by a number to tap in the bot's chat. */
export function ApprovalPanel() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const { state, begin, reset } = useApproval();
  return (
    <>
      {state.kind === "form" && (
        <PhoneForm
          typed={typed}
          onTyped={setTyped}
          busy={begin.isPending}
          error={begin.error}
          onBegin={(phone) => begin.mutate(phone)}
        />
      )}
      {state.kind === "waiting" && <Waiting asked={state.asked} onCancel={reset} />}
      {state.kind === "ended" && (
        <div className={css.ask} role="alert" data-testid="sign-in-ended" data-how={state.how}>
          <strong>{t(`signIn.ended.${state.how}.title`)}</strong>
          <p>{t(`signIn.ended.${state.how}.text`)}</p>
          <button type="button" className="main" onClick={reset} data-testid="sign-in-again">
            {t("signIn.again")}
          </button>
        </div>
      )}
      <div className={css.aside}>
        <strong>{t("signIn.silent")}</strong>
        <p className="hint">{t("signIn.silentText")}</p>
      </div>
    </>
  );
}
