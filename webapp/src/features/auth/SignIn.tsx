import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import { setTokens } from "@/shared/api/session";
import { closeApp, insideTelegram } from "@/shared/telegram/client";
import { initData } from "@/shared/telegram/launch";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";

/** Signs in by itself inside Telegram; offers a test user in a plain browser. */
export function SignIn() {
  const { t } = useTranslation();
  const [id, setId] = useState("42");
  const telegram = initData();
  const begun = useRef(false);
  const byTelegram = useMutation({
    mutationFn: (data: string) =>
      unwrap(api.POST("/api/auth/telegram", { body: { init_data: data } })),
    onSuccess: setTokens,
  });
  const byTest = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/auth/dev", { body: { telegram_id: Number(id), first_name: "Test" } })),
    onSuccess: setTokens,
  });
  const { mutate } = byTelegram;
  useEffect(() => {
    if (!telegram || begun.current) return;
    begun.current = true;
    mutate(telegram);
  }, [telegram, mutate]);

  if (telegram) {
    if (!byTelegram.error) return <Skeleton label={t("auth.working")} />;
    // Launch data are good for an hour: only a new launch brings new ones.
    const outlived = problemOf(byTelegram.error)?.status === 401;
    return (
      <div className="screen narrow">
        <h1>Ebb</h1>
        <Failure error={byTelegram.error} {...(!outlived && { onRetry: () => mutate(telegram) })} />
        {outlived && insideTelegram() && (
          <button type="button" className="main" onClick={closeApp} data-testid="close-app">
            {t("auth.close")}
          </button>
        )}
      </div>
    );
  }
  if (problemOf(byTest.error)?.status === 404) {
    return (
      <section className="screen narrow card" role="alert" data-testid="open-in-telegram">
        <h1>{t("auth.title")}</h1>
        <p>{t("auth.only")}</p>
      </section>
    );
  }
  return (
    <form
      className="screen narrow card"
      onSubmit={(event) => {
        event.preventDefault();
        byTest.mutate();
      }}
    >
      <h1>{t("auth.title")}</h1>
      <p>{t("auth.hint")}</p>
      <label>
        {t("auth.id")}
        <input
          inputMode="numeric"
          pattern="[1-9][0-9]{0,14}"
          required
          autoComplete="off"
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
      </label>
      <button type="submit" disabled={byTest.isPending} data-testid="dev-sign-in">
        {t("auth.dev")}
      </button>
      {byTest.error && <Failure error={byTest.error} />}
    </form>
  );
}
