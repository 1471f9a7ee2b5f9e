import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePerson } from "@/shared/person/Person";
import css from "../security.module.css";
import { Way } from "../Way";
import { EmailSheet } from "./EmailSheet";
import { PasswordSheet } from "./PasswordSheet";
import { RemoveEmailSheet } from "./RemoveEmailSheet";

type Open = "address" | "password" | "remove";

/** The address with its password: none yet, waiting for its mail to be opened, or good. */
export function EmailWay() {
  const { t } = useTranslation();
  const { email, telegram_id } = usePerson();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Way
        name={t("security.email.name")}
        hint={email?.address ?? t("security.email.missing")}
        badge={
          email && (
            <span className={`badge ${email.verified ? "ok" : "warn"}`}>
              {email.verified ? t("security.on") : t("security.email.unverified")}
            </span>
          )
        }
        testId="way-email"
      >
        <button
          type="button"
          className="plain"
          onClick={() => setOpen("address")}
          data-testid="email-change"
        >
          {t(`security.email.${email ? (email.verified ? "change" : "resend") : "add"}`)}
        </button>
        {email?.verified && (
          <>
            <button
              type="button"
              className="plain"
              onClick={() => setOpen("password")}
              data-testid="password-change"
            >
              {t("security.password.change")}
            </button>
            {telegram_id !== null && (
              <button
                type="button"
                className={css.quietDanger}
                onClick={() => setOpen("remove")}
                data-testid="email-remove"
              >
                {t("security.email.remove")}
              </button>
            )}
          </>
        )}
      </Way>
      {open === "address" && <EmailSheet email={email ?? null} onClose={close} />}
      {open === "password" && <PasswordSheet onClose={close} />}
      {open === "remove" && <RemoveEmailSheet onClose={close} />}
    </>
  );
}
