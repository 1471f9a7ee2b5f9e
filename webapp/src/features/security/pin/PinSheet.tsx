import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Me } from "@/shared/api/types";
import { asCode, isPin } from "@/shared/confirm/code";
import { type Method, methodsOf } from "@/shared/confirm/secret";
import { CodeField } from "@/shared/ui/CodeField";
import { Failure } from "@/shared/ui/Failure";
import { Segmented } from "@/shared/ui/Segmented";
import { Sheet } from "@/shared/ui/Sheet";
import { Submit } from "@/shared/ui/Submit";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";
import { useRefreshMe } from "../useRefreshMe";
import { PinField } from "./PinField";

interface Props {
  factors: Me["second_factors"];
  onClose: () => void;
}

/** A new PIN, proved by what the person has already: the old one, or a code where it is forgotten. */
export function PinSheet({ factors, onClose }: Props) {
  const { t } = useTranslation();
  const refresh = useRefreshMe();
  const methods = methodsOf(factors);
  const [method, setMethod] = useState<Method | null>(methods[0] ?? null);
  const [proof, setProof] = useState("");
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [fault, setFault] = useState<"bad" | "differ" | null>(null);
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT("/api/users/pin", {
          body: {
            pin,
            ...(method === "pin" && { old_pin: proof }),
            ...(method === "totp" && { code: asCode(proof) }),
          },
        }),
      ),
    gcTime: 0,
    onSuccess: async () => {
      say(t("security.pin.saved"));
      onClose();
      await refresh();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = isPin(pin) ? (pin === again ? null : "differ") : "bad";
    setFault(found);
    if (found === null && !save.isPending) save.mutate();
  }

  return (
    <Sheet
      title={factors.pin ? t("security.pin.change") : t("security.pin.set")}
      onClose={onClose}
      testId="pin-sheet"
    >
      <form className={css.form} onSubmit={submit}>
        {methods.length > 1 && (
          <Segmented
            legend={t("confirm.by")}
            options={methods.map((value) => ({ value, label: t(`security.pin.by.${value}`) }))}
            value={method ?? "pin"}
            onChange={(value) => {
              setMethod(value);
              setProof("");
            }}
            testId="pin-by"
          />
        )}
        {method === "pin" && (
          <PinField
            name="old_pin"
            label={t("security.pin.old")}
            error={save.error}
            value={proof}
            onChange={setProof}
            testId="pin-proof"
          />
        )}
        {method === "totp" && (
          <CodeField
            label={t("confirm.secret.totp")}
            error={save.error}
            value={proof}
            onChange={setProof}
            testId="pin-proof"
          />
        )}
        <PinField
          name="pin"
          label={t("security.pin.new")}
          hint={t("security.pin.hint")}
          error={save.error}
          value={pin}
          onChange={setPin}
          testId="pin-new"
        />
        <PinField
          name="again"
          label={t("security.pin.again")}
          error={null}
          value={again}
          onChange={setAgain}
          testId="pin-again"
        />
        {fault && (
          <p className="fault" role="alert">
            {t(`security.pin.fault.${fault}`)}
          </p>
        )}
        {save.error && <Failure error={save.error} toldElsewhere={["pin", "old_pin", "code"]} />}
        <Submit busy={save.isPending} testId="pin-save">
          {t("security.pin.save")}
        </Submit>
      </form>
    </Sheet>
  );
}
