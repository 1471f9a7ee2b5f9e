import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { insideTelegram } from "@/shared/telegram/client";
import { Failure } from "@/shared/ui/Failure";
import { Gone } from "./Gone";
import { useLeave } from "./useLeave";

/** Ends this sign-in, here and on the server. */
export function SignOut() {
  const { t } = useTranslation();
  const leave = useLeave();
  const signOut = useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/logout")),
    onSuccess: () => {
      if (!insideTelegram()) leave();
    },
  });
  return (
    <>
      {signOut.error && <Failure error={signOut.error} />}
      <button
        type="button"
        className="plain"
        disabled={signOut.isPending}
        aria-busy={signOut.isPending}
        onClick={() => signOut.mutate()}
        data-testid="sign-out"
      >
        {t("settings.signOut")}
      </button>
      {signOut.isSuccess && insideTelegram() && (
        <Gone title={t("settings.signedOut")} text={t("settings.signedOutText")} />
      )}
    </>
  );
}
