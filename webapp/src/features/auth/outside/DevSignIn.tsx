import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { beginSession } from "@/shared/api/session";
import { Failure } from "@/shared/ui/Failure";
import { Field } from "@/shared/ui/Field";
import css from "../auth.module.css";

/** The sandbox lets anybody look around as a test user. */
export function DevSignIn() {
  const { t } = useTranslation();
  const [id, setId] = useState("42");
  const enter = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/auth/dev", { body: { telegram_id: Number(id), first_name: "Test" } })),
    onSuccess: beginSession,
  });
  return (
    <form
      className={`card ${css.dev}`}
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate();
      }}
    >
      <Field name="telegram_id" label={t("signIn.dev.id")} error={enter.error}>
        {(described) => (
          <span className="row">
            <input
              {...described}
              inputMode="numeric"
              pattern="[1-9][0-9]{0,14}"
              required
              autoComplete="off"
              value={id}
              onChange={(event) => setId(event.target.value)}
              data-testid="dev-id"
            />
            <button
              type="submit"
              className="plain grow"
              disabled={enter.isPending}
              aria-busy={enter.isPending}
              data-testid="dev-sign-in"
            >
              {t("signIn.dev.enter")}
            </button>
          </span>
        )}
      </Field>
      {enter.error && <Failure error={enter.error} toldElsewhere={["telegram_id"]} />}
    </form>
  );
}
