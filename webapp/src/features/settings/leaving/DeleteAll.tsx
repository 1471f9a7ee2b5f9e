import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { insideTelegram } from "@/shared/telegram/client";
import { FarewellSheet } from "./FarewellSheet";
import { Gone } from "./Gone";
import { useLeave } from "./useLeave";

/** Everything that the server knows of the person goes, for good. */
export function DeleteAll() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const leave = useLeave();
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/users/me", { body: { confirm: "DELETE" } })),
    onSuccess: () => {
      if (!insideTelegram()) leave();
    },
  });
  if (remove.isSuccess && insideTelegram()) {
    return <Gone title={t("settings.deleted")} text={t("settings.deletedText")} />;
  }
  return (
    <>
      <button
        type="button"
        className="danger"
        onClick={() => setAsking(true)}
        data-testid="delete-all"
      >
        {t("settings.deleteAll")}
      </button>
      {asking && (
        <FarewellSheet
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => {
            setAsking(false);
            remove.reset();
          }}
        />
      )}
    </>
  );
}
