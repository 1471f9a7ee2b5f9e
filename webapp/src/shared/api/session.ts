import { tabMemory } from "@/shared/storage";

/** The signed-in session: tokens for this tab only, gone when it closes. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
}

const KEY = "ebb.session";
type Listener = () => void;
const listeners = new Set<Listener>();
let current: Tokens | null = read();

function read(): Tokens | null {
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

export function getTokens(): Tokens | null {
  return current;
}

export function setTokens(tokens: Tokens | null): void {
  current = tokens;
  if (tokens) {
    const { access_token, refresh_token } = tokens;
    tabMemory.write(KEY, JSON.stringify({ access_token, refresh_token }));
  } else {
    tabMemory.forget(KEY);
  }
  for (const listener of listeners) listener();
}

export function onSessionChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
