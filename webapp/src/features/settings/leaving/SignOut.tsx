import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { endSession } from "@/shared/api/session";
import { insideTelegram } from "@/shared/telegram/client";
import { Failure } from "@/shared/ui/Failure";
import { Gone } from "./Gone";

/** Ends this sign-in, here and on the server. */
export function SignOut() {
  const { t } = useTranslation();
  const leave = useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/logout")),
    onSuccess: () => {
      if (!insideTelegram()) endSession();
    },
  });
  return (
    <>
      {leave.error && <Failure error={leave.error} />}
      <button
        type="button"
        className="plain"
        disabled={leave.isPending}
        aria-busy={leave.isPending}
        onClick={() => leave.mutate()}
        data-testid="sign-out"
      >
        {t("settings.signOut")}
      </button>
      {leave.isSuccess && insideTelegram() && (
        <Gone title={t("settings.signedOut")} text={t("settings.signedOutText")} />
      )}
    </>
  );
}
