import type { Signal, SignalChange, SignalIn } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";
import { toLocal, toUtc } from "../localTime";

/** A signal as typed. The names are the API's; `confidence` is in percent here. */
export interface SignalForm {
  name: string;
  type: string;
  market_id: string;
  sport: string;
  market: string;
  confidence: string;
  ev: string;
  /** As `datetime-local` holds it. */
  expires_at: string;
}

export const FIELDS = [
  "name",
  "type",
  "market_id",
  "sport",
  "market",
  "confidence",
  "ev",
  "expires_at",
] as const satisfies readonly (keyof SignalForm)[];

/** An empty form for a signal of the next hour. */
export function freshForm(now: Date): SignalForm {
  return {
    name: "",
    type: "",
    market_id: "",
    sport: "",
    market: "",
    confidence: "",
    ev: "",
    expires_at: inMinutes(60, now),
  };
}

/** A signal as one would have typed it. */
export function formOf(signal: Signal): SignalForm {
  return {
    name: signal.name,
    type: signal.type,
    market_id: signal.market_id,
    sport: signal.sport ?? "",
    market: signal.market ?? "",
    confidence: decimal(signal.confidence).times(100).toFixed(),
    ev: signal.ev,
    expires_at: toLocal(new Date(signal.expires_at)),
  };
}

/** So many minutes from now, as it would be typed; a minute that began is not given away. */
export function inMinutes(minutes: number, now: Date): string {
  return toLocal(new Date(now.getTime() + (minutes + 1) * 60_000 - 1));
}

/** What is sent; null while a number or the time is none. */
export function signalBody(form: SignalForm): SignalIn | null {
  const expires_at = toUtc(form.expires_at);
  const confidence = fraction(form.confidence);
  const ev = number(form.ev);
  if (expires_at === null || confidence === null || ev === null) return null;
  return {
    name: form.name.trim(),
    type: form.type.trim(),
    market_id: form.market_id.trim(),
    sport: form.sport.trim() || null,
    market: form.market.trim() || null,
    confidence,
    ev,
    expires_at,
  };
}

/** Of a signal's fields those that were typed anew; null while a number or the time is none. */
export function changesOf(before: SignalForm, form: SignalForm): SignalChange | null {
  const body = signalBody(form);
  if (body === null) return null;
  const changed = FIELDS.filter((field) => form[field].trim() !== before[field]);
  return Object.fromEntries(changed.map((field) => [field, body[field]]));
}

/** How a result's profit was typed: null for none told, undefined for what is no number. */
export function profitOf(typed: string): string | null | undefined {
  return typed.trim() === "" ? null : (number(typed) ?? undefined);
}

function number(typed: string): string | null {
  const text = typed.trim().replace(",", ".").replace("\u2212", "-");
  return /^[+-]?\d{1,12}(\.\d{1,8})?$/.test(text) ? decimal(text.replace("+", "")).toFixed() : null;
}

function fraction(percent: string): string | null {
  const text = number(percent);
  return text === null ? null : decimal(text).div(100).toFixed();
}
