import type { Ways } from "@/shared/api/types";

/** What a person does on this page: the bot asks them, or a password does. */
export type Way = "telegram" | "email";

/** Where the server did not say: a way that does not exist is refused with words. */
export const UNKNOWN: Ways = {
  environment: "production",
  bot_name: null,
  approval: true,
  email: true,
};

export function waysOf(there: Ways): Way[] {
  return [
    ...(there.approval ? ["telegram" as const] : []),
    ...(there.email ? ["email" as const] : []),
  ];
}

/** The one that was used last, if it exists here. */
export function firstOf(there: readonly Way[], last: string | null): Way | undefined {
  return there.find((way) => way === last) ?? there[0];
}

/** The address of the bot's chat; null for a name that is none of Telegram's. */
export function chatOf(botName: string | null): string | null {
  return botName !== null && /^\w{3,64}$/.test(botName) ? `https://t.me/${botName}` : null;
}
