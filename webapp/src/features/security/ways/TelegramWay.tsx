import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/shared/api/client";
import { useFormat } from "@/shared/money/useFormat";
import { usePerson } from "@/shared/person/Person";
import { visit } from "@/shared/telegram/handOver";
import { Failure } from "@/shared/ui/Failure";
import { OutsideLink } from "@/shared/ui/OutsideLink";
import { Way } from "../Way";

const LOOK_MS = 2000;

/** Telegram, or the way to it for who came by e-mail: the bot asks whoever opens the link. */
export function TelegramWay() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const linked = usePerson().telegram_id !== null;
  const link = useMutation({
    mutationFn: () => unwrap(api.POST("/api/users/link-telegram")),
    onSuccess: ({ url }) => visit(url),
  });
  const waiting = link.isSuccess && !linked;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => void queries.invalidateQueries({ queryKey: ["me"] }), LOOK_MS);
    return () => clearInterval(timer);
  }, [waiting, queries]);

  if (linked) {
    return (
      <Way
        name={t("security.telegram.name")}
        hint={t("security.telegram.linked")}
        badge={<span className="badge ok">{t("security.on")}</span>}
        testId="way-telegram"
      />
    );
  }
  return (
    <Way
      name={t("security.telegram.name")}
      hint={
        link.data
          ? t("security.telegram.waiting", { time: format.clock(link.data.expires_at) })
          : t("security.telegram.missing")
      }
      testId="way-telegram"
    >
      {link.data ? (
        <OutsideLink href={link.data.url}>{t("security.telegram.open")}</OutsideLink>
      ) : (
        <button
          type="button"
          className="plain"
          disabled={link.isPending}
          aria-busy={link.isPending}
          onClick={() => link.mutate()}
          data-testid="link-telegram"
        >
          {t("security.telegram.link")}
        </button>
      )}
      {link.error && <Failure error={link.error} />}
    </Way>
  );
}
