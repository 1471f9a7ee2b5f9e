import { useState } from "react";
import { useTranslation } from "react-i18next";
import { SecretSheet } from "@/shared/confirm/SecretSheet";
import type { Secret } from "@/shared/confirm/secret";
import { usePerson } from "@/shared/person/Person";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Section";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";
import { Way } from "../Way";
import { Enrol } from "./Enrol";
import { RecoveryCodes } from "./RecoveryCodes";
import { useTotp } from "./useTotp";

type Step = "proof" | "enrol" | "codes" | "renew" | "off";

const codeIn = (secret: Secret) => ("code" in secret ? secret.code : "");

/** Codes of an authenticator app: set up, its recovery codes renewed, taken away. */
export function TotpSection() {
  const { t } = useTranslation();
  const { second_factors: factors } = usePerson();
  const { begin, confirm, renew, turnOff } = useTotp();
  const [step, setStep] = useState<Step | null>(null);
  const codes = (renew.data ?? confirm.data)?.recovery_codes;

  function close() {
    setStep(null);
    for (const each of [begin, confirm, renew, turnOff]) each.reset();
  }
  function enrol() {
    if (factors.pin) setStep("proof");
    else begin.mutate(null, { onSuccess: () => setStep("enrol") });
  }

  return (
    <Section title={t("security.totp.section")}>
      <ul className={`rows ${css.ways}`}>
        <Way
          name={t("security.totp.name")}
          hint={
            factors.totp
              ? t("security.totp.left", { count: factors.recovery_codes_left })
              : t("security.totp.missing")
          }
          badge={factors.totp && <span className="badge ok">{t("security.on")}</span>}
          testId="way-totp"
        >
          {factors.totp ? (
            <>
              <button
                type="button"
                className="plain"
                onClick={() => setStep("renew")}
                data-testid="recovery-renew"
              >
                {t("security.totp.renew")}
              </button>
              <button
                type="button"
                className={css.quietDanger}
                onClick={() => setStep("off")}
                data-testid="totp-off"
              >
                {t("security.totp.off")}
              </button>
            </>
          ) : (
            <button
              type="button"
              className="plain"
              disabled={begin.isPending}
              aria-busy={begin.isPending}
              onClick={enrol}
              data-testid="totp-begin"
            >
              {t("security.totp.begin")}
            </button>
          )}
          {begin.error && step === null && <Failure error={begin.error} />}
        </Way>
      </ul>
      {step === "proof" && (
        <SecretSheet
          title={t("security.totp.begin")}
          methods={["pin"]}
          action={t("security.continue")}
          busy={begin.isPending}
          error={begin.error}
          onSend={(secret) =>
            "pin" in secret && begin.mutate(secret.pin, { onSuccess: () => setStep("enrol") })
          }
          onClose={close}
        />
      )}
      {step === "enrol" && begin.data && (
        <Enrol
          offer={begin.data}
          busy={confirm.isPending}
          error={confirm.error}
          onCode={(code) => confirm.mutate(code, { onSuccess: () => setStep("codes") })}
          onClose={close}
        />
      )}
      {step === "renew" && (
        <SecretSheet
          title={t("security.totp.renew")}
          methods={["totp"]}
          action={t("security.totp.renewAction")}
          busy={renew.isPending}
          error={renew.error}
          onSend={(secret) => renew.mutate(codeIn(secret), { onSuccess: () => setStep("codes") })}
          onClose={close}
        >
          <p>{t("security.totp.renewText")}</p>
        </SecretSheet>
      )}
      {step === "off" && (
        <SecretSheet
          title={t("security.totp.off")}
          methods={["totp"]}
          action={t("security.totp.offAction")}
          busy={turnOff.isPending}
          error={turnOff.error}
          onSend={(secret) =>
            turnOff.mutate(codeIn(secret), {
              onSuccess: () => {
                say(t("security.totp.isOff"));
                close();
              },
            })
          }
          onClose={close}
        >
          <p>{t("security.totp.offText")}</p>
        </SecretSheet>
      )}
      {step === "codes" && codes && <RecoveryCodes codes={codes} onClose={close} />}
    </Section>
  );
}
