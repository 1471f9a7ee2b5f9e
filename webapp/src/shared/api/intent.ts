import { tabMemory } from "@/shared/storage";
import { problemOf } from "./problem";

/** One thing a person confirms once: what is sent and the key that makes it happen once. */
export interface Intent<Body> {
  readonly key: string;
  readonly body: Body;
}

/**
 * An intent on its way, with the PIN or the code that the server asked for. Those belong to one
 * sending: they are no part of the body that the key stands for, and nothing remembers them.
 */
export interface Confirmed<Body> extends Intent<Body> {
  readonly confirmation?: { pin: string } | { code: string } | undefined;
}

/** How long the server waits before it acts, so that a person can take it back. */
export interface Undo {
  delay_ms: number;
}

const slot = (action: string) => `ebb.unanswered.${action}`;

/**
 * The intent behind a newly opened question. If the same body was sent before and never answered,
 * it keeps its key: the server then tells what became of it instead of doing it twice.
 */
export function openIntent<Body>(action: string, body: Body): Intent<Body> {
  const [key, sent] = (tabMemory.read(slot(action)) ?? "").split(" ", 2);
  return { key: key && sent === digest(body) ? key : crypto.randomUUID(), body };
}

/** To be called before the intent is sent: an answer may never come, not even to this page. */
export function sending<Body>(action: string, intent: Intent<Body>): void {
  tabMemory.write(slot(action), `${intent.key} ${digest(intent.body)}`);
}

/** To be called with what the server said; anything but a clear refusal leaves the matter open. */
export function answered(action: string, error: unknown = null): void {
  const status = problemOf(error)?.status ?? 0;
  if (error === null || (status >= 400 && status < 500)) tabMemory.forget(slot(action));
}

function digest(body: unknown): string {
  return encodeURIComponent(JSON.stringify(body));
}
