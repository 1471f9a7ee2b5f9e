import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { SecretSheet } from "@/shared/confirm/SecretSheet";
import { usePerson } from "@/shared/person/Person";
import { Section } from "@/shared/ui/Section";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";
import { useRefreshMe } from "../useRefreshMe";
import { Way } from "../Way";
import { PinSheet } from "./PinSheet";

/** A few digits that confirm a job; nobody signs in with them. */
export function PinSection() {
  const { t } = useTranslation();
  const { second_factors: factors } = usePerson();
  const refresh = useRefreshMe();
  const [open, setOpen] = useState<"set" | "remove" | null>(null);
  const remove = useMutation({
    mutationFn: (pin: string) => unwrap(api.DELETE("/api/users/pin", { body: { pin } })),
    gcTime: 0,
    onSuccess: async () => {
      setOpen(null);
      say(t("security.pin.removed"));
      await refresh();
    },
  });
  return (
    <Section title={t("security.pin.section")}>
      <ul className={`rows ${css.ways}`}>
        <Way
          name={t("security.pin.name")}
          hint={factors.pin ? t("security.pin.is") : t("security.pin.missing")}
          badge={factors.pin && <span className="badge ok">{t("security.on")}</span>}
          testId="way-pin"
        >
          <button
            type="button"
            className="plain"
            onClick={() => setOpen("set")}
            data-testid="pin-set"
          >
            {factors.pin ? t("security.pin.change") : t("security.pin.set")}
          </button>
          {factors.pin && (
            <button
              type="button"
              className={css.quietDanger}
              onClick={() => setOpen("remove")}
              data-testid="pin-remove"
            >
              {t("security.pin.remove")}
            </button>
          )}
        </Way>
      </ul>
      {open === "set" && <PinSheet factors={factors} onClose={() => setOpen(null)} />}
      {open === "remove" && (
        <SecretSheet
          title={t("security.pin.remove")}
          methods={["pin"]}
          action={t("security.pin.removeAction")}
          busy={remove.isPending}
          error={remove.error}
          onSend={(secret) => "pin" in secret && remove.mutate(secret.pin)}
          onClose={() => {
            setOpen(null);
            remove.reset();
          }}
        />
      )}
    </Section>
  );
}
