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
import { PasswordStep } from "./PasswordStep";
import { onlyAsks, type Step, stepAfter } from "./step";

interface Proof {
  password?: string;
  code?: string;
}

/** Where the mail that proves an address leads: it signs in whoever asked for it. */
export default function VerifyScreen() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const token = useMailToken();
  const begun = useRef<string>(null);
  const password = useRef<string>(undefined);
  // Once it was asked for it stays: while a proof is checked there is no error to tell.
  const [step, setStep] = useState<Step | null>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: { token: string } & Proof) => unwrap(api.POST("/api/auth/verify", { body })),
    gcTime: 0,
    onSuccess: (tokens) => {
      // Somebody else may have been signed in here.
      queries.clear();
      beginSession(tokens);
      go("/", { replace: true });
    },
    onError: (refusal) => setStep((before) => stepAfter(before, problemOf(refusal)?.code)),
  });
  useEffect(() => {
    if (token === null || begun.current === token) return;
    begun.current = token;
    password.current = undefined;
    setStep(null);
    mutate({ token });
  }, [token, mutate]);

  const wrong = onlyAsks(problemOf(error)?.code) ? null : error;
  function prove(proof: Proof) {
    if (token === null) return;
    password.current = proof.password ?? password.current;
    mutate({ token, ...proof, ...(password.current && { password: password.current }) });
  }

  return (
    <Welcome>
      <h1>{t("signIn.verify.title")}</h1>
      {token === null && <Incomplete />}
      {token !== null && step === "password" && (
        <div className={`card ${css.panel}`}>
          <PasswordStep
            busy={isPending}
            error={wrong}
            onPassword={(typed) => prove({ password: typed })}
          />
        </div>
      )}
      {token !== null && step === "code" && (
        <div className={`card ${css.panel}`}>
          <SecondStep
            busy={isPending}
            error={wrong}
            onCode={(code) => prove({ code })}
            onBack={() => go("/", { replace: true })}
          />
        </div>
      )}
      {token !== null && step === null && !wrong && (
        <Skeleton cards={1} label={t("signIn.verify.working")} />
      )}
      {token !== null && step === null && wrong && (
        <div className={`card ${css.panel}`} data-testid="verify-failed">
          <Failure error={wrong} />
          <Link href="/" replace className="button plain">
            {t("signIn.back")}
          </Link>
        </div>
      )}
    </Welcome>
  );
}
