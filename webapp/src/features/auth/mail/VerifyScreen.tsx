import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { beginSession } from "@/shared/api/session";
import "@/shared/i18n/signIn";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../auth.module.css";
import { Welcome } from "../outside/Welcome";
import { useMailToken } from "./fragment";
import { Incomplete } from "./Incomplete";

/** Where the mail that proves an address leads: it signs in. */
export default function VerifyScreen() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const token = useMailToken();
  const begun = useRef<string>(null);
  const { mutate, error } = useMutation({
    mutationFn: (token: string) => unwrap(api.POST("/api/auth/verify", { body: { token } })),
    gcTime: 0,
    onSuccess: (tokens) => {
      // Somebody else may have been signed in here.
      queries.clear();
      beginSession(tokens);
      go("/", { replace: true });
    },
  });
  useEffect(() => {
    if (token === null || begun.current === token) return;
    begun.current = token;
    mutate(token);
  }, [token, mutate]);

  return (
    <Welcome>
      <h1>{t("signIn.verify.title")}</h1>
      {token === null && <Incomplete />}
      {token !== null && !error && <Skeleton cards={1} label={t("signIn.verify.working")} />}
      {error && (
        <div className={`card ${css.panel}`} data-testid="verify-failed">
          <Failure error={error} />
          <Link href="/" replace className="button plain">
            {t("signIn.back")}
          </Link>
        </div>
      )}
    </Welcome>
  );
}
