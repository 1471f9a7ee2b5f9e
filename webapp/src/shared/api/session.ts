import { tabMemory } from "@/shared/storage";
import { initData } from "@/shared/telegram/launch";
import { csrfToken, forgetCsrfToken } from "./csrf";

/** The tokens of a sign-in inside Telegram: for this tab only, gone when it closes. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
}

/**
 * How this page is signed in: with tokens that it holds, or by cookies that no script reads. Inside
 * Telegram cookies won't do: its web clients show the page in a frame of another site.
 */
type Session = Tokens | "cookies";

const KEY = "ebb.session";
type Listener = () => void;
const listeners = new Set<Listener>();
let current: Session | null = readTokens() ?? (wantsCookies() && csrfToken() ? "cookies" : null);

/** Whether a sign-in here is to be kept in cookies. */
export function wantsCookies(): boolean {
  return initData() === null;
}

function readTokens(): Tokens | null {
  const stored = tabMemory.read(KEY);
  if (!stored) return null;
  try {
    const parsed: unknown = JSON.parse(stored);
    if (isTokens(parsed)) return parsed;
  } catch {
    // Somebody else's entry: signing in again replaces it.
  }
  return null;
}

export function isTokens(value: unknown): value is Tokens {
  return (
    typeof value === "object" &&
    value !== null &&
    "access_token" in value &&
    typeof value.access_token === "string" &&
    "refresh_token" in value &&
    typeof value.refresh_token === "string"
  );
}

export function isSignedIn(): boolean {
  return current !== null;
}

/** The tokens that this page holds; null when signed out, and when signed in by cookies. */
export function getTokens(): Tokens | null {
  return current === "cookies" ? null : current;
}

export function isByCookies(): boolean {
  return current === "cookies";
}

function become(session: Session | null): void {
  current = session;
  for (const listener of listeners) listener();
}

/** What a sign-in or a renewal was answered with: a pair of tokens, or nothing beside cookies. */
export function beginSession(tokens: Tokens | null | undefined): void {
  if (tokens) {
    const { access_token, refresh_token } = tokens;
    tabMemory.write(KEY, JSON.stringify({ access_token, refresh_token }));
    become(tokens);
  } else {
    tabMemory.forget(KEY);
    become("cookies");
  }
}

/** This page forgets that it was signed in. */
export function endSession(): void {
  tabMemory.forget(KEY);
  // A frame without cookies of its own throws on the mere mention of them.
  if (current === "cookies") forgetCsrfToken();
  become(null);
}

export function onSessionChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
