import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/ui/Failure";
import { PasswordField } from "@/shared/ui/PasswordField";
import { Sheet } from "@/shared/ui/Sheet";
import { Submit } from "@/shared/ui/Submit";
import { say } from "@/shared/ui/Toast";
import css from "../security.module.css";

/** Another password; every other sign-in ends with the old one. */
export function PasswordSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/users/password", { body: { old_password: old, new_password: fresh } })),
    gcTime: 0,
    onSuccess: () => {
      say(t("security.password.changed"));
      for (const key of ["sessions", "audit"]) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
      onClose();
    },
  });
  return (
    <Sheet title={t("security.password.change")} onClose={onClose} testId="password-sheet">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <PasswordField
          name="old_password"
          label={t("security.password.current")}
          error={change.error}
          autoComplete="current-password"
          value={old}
          onChange={setOld}
          testId="password-old"
        />
        <PasswordField
          name="new_password"
          label={t("security.password.new")}
          hint={t("security.password.changeHint")}
          error={change.error}
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
          testId="password-new"
        />
        {change.error && (
          <Failure error={change.error} toldElsewhere={["old_password", "new_password"]} />
        )}
        <Submit busy={change.isPending} testId="password-save">
          {t("security.password.save")}
        </Submit>
      </form>
    </Sheet>
  );
}
