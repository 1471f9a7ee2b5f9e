import { tabMemory } from "@/shared/storage";

/** A request that the bot asks a person about. */
export interface Asked {
  id: string;
  /** The one of the bot's numbers that is to be tapped. */
  number: string;
  phone: string;
  /** When it runs out, in milliseconds of this device's clock. */
  until: number;
}

// A phone may throw the page away while its owner answers in Telegram.
const KEY = "ebb.approval";

export function remember(asked: Asked): void {
  tabMemory.write(KEY, JSON.stringify(asked));
}

export function forget(): void {
  tabMemory.forget(KEY);
}

/** The request that this tab still waits for. */
export function remembered(now: number): Asked | null {
  return fromText(tabMemory.read(KEY), now);
}

/** null for what is none, and for one that ran out. */
export function fromText(text: string | null, now: number): Asked | null {
  if (!text) return null;
  try {
    const found: unknown = JSON.parse(text);
    return isAsked(found) && found.until > now ? found : null;
  } catch {
    return null;
  }
}

function isAsked(value: unknown): value is Asked {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "number" in value &&
    typeof value.number === "string" &&
    "phone" in value &&
    typeof value.phone === "string" &&
    "until" in value &&
    typeof value.until === "number"
  );
}
