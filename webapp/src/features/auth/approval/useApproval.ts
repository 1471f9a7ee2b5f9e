import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { csrfToken } from "@/shared/api/csrf";
import { problemOf } from "@/shared/api/problem";
import { beginSession, type Tokens, wantsCookies } from "@/shared/api/session";
import { type Asked, forget, remember, remembered } from "./asked";
import { rest } from "./rest";
import { type Ending, type Heard, watch } from "./watch";

const HOLD_SECONDS = 20;

/** `taken`: approved, but the sign-in went to another tab. */
type Outcome = Exclude<Ending, "approved"> | "taken";

type Approval =
  | { kind: "form" }
  | { kind: "waiting"; asked: Asked }
  | { kind: "ended"; how: Outcome };

/** A sign-in by the bot, from the number to the session. */
export function useApproval() {
  const [state, setState] = useState<Approval>(() => {
    const asked = remembered(Date.now());
    return asked ? { kind: "waiting", asked } : { kind: "form" };
  });
  const begin = useMutation({
    mutationFn: (phone: string) =>
      unwrap(api.POST("/api/auth/init", { body: { phone_number: phone } })),
    onSuccess: ({ session_id: id, match_number: number, expires_in }, phone) => {
      const asked = { id, number, phone, until: Date.now() + expires_in * 1000 };
      remember(asked);
      setState({ kind: "waiting", asked });
    },
  });
  const asked = state.kind === "waiting" ? state.asked : null;
  useEffect(() => {
    if (!asked) return;
    const leaving = new AbortController();
    void follow(asked, leaving.signal).then((how) => {
      if (leaving.signal.aborted || how === "signedIn") return;
      forget();
      setState({ kind: "ended", how });
    });
    return () => leaving.abort();
  }, [asked]);

  function reset() {
    forget();
    begin.reset();
    setState({ kind: "form" });
  }
  return { state, begin, reset };
}

/** Waits for the answer, and signs in with it. */
async function follow(asked: Asked, signal: AbortSignal): Promise<Outcome | "signedIn"> {
  let tokens: Tokens | null = null;
  const look = async (): Promise<Heard> => {
    try {
      const heard = await unwrap(
        api.GET("/api/auth/status/{session_id}", {
          params: { path: { session_id: asked.id }, query: { wait: HOLD_SECONDS } },
          signal,
        }),
      );
      tokens = heard.tokens ?? null;
      return { status: heard.status };
    } catch (error) {
      return { failed: problemOf(error)?.status ?? 0 };
    }
  };
  const ended = await watch(asked.until, {
    look,
    rest: (milliseconds) => rest(milliseconds, signal),
    now: Date.now,
  });
  if (ended !== "approved") return ended;
  if (signal.aborted || (!tokens && !(wantsCookies() && csrfToken()))) return "taken";
  forget();
  beginSession(tokens);
  return "signedIn";
}
