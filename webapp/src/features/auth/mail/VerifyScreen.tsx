import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { problemOf } from "@/shared/api/problem";
import { beginSession } from "@/shared/api/session";
import "@/shared/i18n/signIn";
import { Failure } from "@/shared/ui/Failure";
import { Skeleton } from "@/shared/ui/Skeleton";
import css from "../auth.module.css";
import { SecondStep } from "../email/SecondStep";
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
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: { token: string; code?: string }) =>
      unwrap(api.POST("/api/auth/verify", { body })),
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
    mutate({ token });
  }, [token, mutate]);

  // Once it was asked for it stays: while a code is checked there is no error to tell.
  const [second, setSecond] = useState(false);
  if (!second && problemOf(error)?.code === "totp_required") setSecond(true);

  return (
    <Welcome>
      <h1>{t("signIn.verify.title")}</h1>
      {token === null && <Incomplete />}
      {token !== null && second && (
        <div className={`card ${css.panel}`}>
          <SecondStep
            busy={isPending}
            error={problemOf(error)?.code === "totp_required" ? null : error}
            onCode={(code) => mutate({ token, code })}
            onBack={() => go("/", { replace: true })}
          />
        </div>
      )}
      {token !== null && !second && !error && (
        <Skeleton cards={1} label={t("signIn.verify.working")} />
      )}
      {error && !second && (
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
