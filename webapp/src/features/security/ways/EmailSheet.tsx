import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import type { Me } from "@/shared/api/types";
import { asCode } from "@/shared/confirm/code";
import { usePerson } from "@/shared/person/Person";
import { CodeField } from "@/shared/ui/CodeField";
import { EmailField } from "@/shared/ui/EmailField";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Sheet } from "@/shared/ui/Sheet";
import { Submit } from "@/shared/ui/Submit";
import css from "../security.module.css";
import { useRefreshMe } from "../useRefreshMe";

interface Props {
  /** What there is. Without one that was verified the password is a new one. */
  email: Me["email"];
  onClose: () => void;
}

/** Adds an address or changes it; either counts once the mail's link was opened. */
export function EmailSheet({ email, onClose }: Props) {
  const { t } = useTranslation();
  const refresh = useRefreshMe();
  const { second_factors: factors } = usePerson();
  const isFirst = !email?.verified;
  const [address, setAddress] = useState(email && !email.verified ? email.address : "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [sent, setSent] = useState(false);
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT("/api/users/email", {
          body: {
            email: address.trim(),
            password,
            ...(factors.totp && { code: asCode(code) }),
          },
        }),
      ),
    gcTime: 0,
    onSuccess: async () => {
      setSent(true);
      setCode("");
      await refresh();
    },
  });
  const title = isFirst ? t("security.email.addTitle") : t("security.email.changeTitle");
  if (sent) {
    return (
      <Sheet title={t("security.email.mailed")} onClose={onClose} testId="email-sheet">
        <p role="status">{t("security.email.mailedText", { address })}</p>
        {change.error && <Failure error={change.error} />}
        <button
          type="button"
          className="plain"
          disabled={change.isPending}
          aria-busy={change.isPending}
          // A code is good once: the next mail takes another.
          onClick={() => (factors.totp ? setSent(false) : change.mutate())}
        >
          {t("security.email.again")}
        </button>
        <button type="button" className="main" onClick={onClose}>
          {t("common.close")}
        </button>
      </Sheet>
    );
  }
  return (
    <Sheet title={title} onClose={onClose} testId="email-sheet">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <EmailField
          label={t("security.email.address")}
          error={change.error}
          autoComplete="email"
          value={address}
          onChange={setAddress}
          testId="email-address"
        />
        <PasswordField
          name="password"
          label={isFirst ? t("security.password.new") : t("security.password.current")}
          hint={isFirst ? t("security.password.hint") : t("security.email.currentHint")}
          error={change.error}
          autoComplete={isFirst ? "new-password" : "current-password"}
          value={password}
          onChange={setPassword}
          testId="email-password"
        />
        {factors.totp && (
          <CodeField
            label={t("confirm.secret.totp")}
            error={change.error}
            value={code}
            onChange={setCode}
            testId="email-code"
          />
        )}
        {change.error && (
          <Failure error={change.error} toldElsewhere={["email", "password", "code"]} />
        )}
        <Submit busy={change.isPending} testId="email-save">
          {t("security.email.send")}
        </Submit>
      </form>
    </Sheet>
  );
}
