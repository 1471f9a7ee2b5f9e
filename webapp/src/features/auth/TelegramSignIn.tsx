import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import { beginSession } from "@/shared/api/session";
import { closeApp, insideTelegram } from "@/shared/telegram/client";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";

/** Signs in with what Telegram launched the app with. */
export function TelegramSignIn({ initData }: { initData: string }) {
  const { t } = useTranslation();
  const begun = useRef(false);
  const { mutate, error } = useMutation({
    mutationFn: (data: string) =>
      unwrap(api.POST("/api/auth/telegram", { body: { init_data: data } })),
    onSuccess: beginSession,
  });
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate(initData);
  }, [initData, mutate]);

  if (!error) return <Skeleton label={t("auth.working")} />;
  // Launch data are good for an hour: only a new launch brings new ones.
  const outlived = problemOf(error)?.status === 401;
  return (
    <div className="screen narrow">
      <h1>Ebb</h1>
      <Failure error={error} {...(!outlived && { onRetry: () => mutate(initData) })} />
      {outlived && insideTelegram() && (
        <button type="button" className="main" onClick={closeApp} data-testid="close-app">
          {t("auth.close")}
        </button>
      )}
    </div>
  );
}
