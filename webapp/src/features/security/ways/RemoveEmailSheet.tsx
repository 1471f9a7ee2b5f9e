import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Sheet } from "@/shared/ui/Sheet";
import { Submit } from "@/shared/ui/Submit";
import css from "../security.module.css";
import { useRefreshMe } from "../useRefreshMe";

/** The address and its password go; the server keeps whoever has no other way in. */
export function RemoveEmailSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefreshMe();
  const [password, setPassword] = useState("");
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/users/email", { body: { password } })),
    gcTime: 0,
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <Sheet title={t("security.email.removeTitle")} onClose={onClose} testId="email-remove-sheet">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate();
        }}
      >
        <p>{t("security.email.removeText")}</p>
        <PasswordField
          name="password"
          label={t("security.password.current")}
          error={remove.error}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          testId="email-remove-password"
        />
        {remove.error && <Failure error={remove.error} toldElsewhere={["password"]} />}
        <Submit busy={remove.isPending} look="danger" testId="email-remove-confirm">
          {t("security.email.remove")}
        </Submit>
      </form>
    </Sheet>
  );
}
