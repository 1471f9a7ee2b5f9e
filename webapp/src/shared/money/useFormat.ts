import { useTranslation } from "react-i18next";
import {
  asLanguage,
  formatAverage,
  formatCoins,
  formatMoney,
  formatNumber,
  formatPrice,
  formatRough,
  formatShort,
  formatSigned,
  formatStep,
  type Language,
} from "./format";

export type Formats = ReturnType<typeof formatsIn>;

/** The formatters, in the reader's language. */
export function useFormat(): Formats {
  const { i18n } = useTranslation();
  return formatsIn(asLanguage(i18n.language));
}

/** The formatters in one language. */
export function formatsIn(language: Language) {
  return {
    language,
    number: (text: string) => formatNumber(text, language),
    money: (text: string) => formatMoney(text, language),
    rough: (text: string) => formatRough(text, language),
    signed: (text: string) => formatSigned(text, language),
    short: (text: string) => formatShort(text, language),
    average: (text: string) => formatAverage(text, language),
    price: (text: string, tick?: string | null) => formatPrice(text, tick, language),
    step: (text: string, step?: string | null) => formatStep(text, step, language),
    coins: (amounts: Record<string, string>, signed = false) =>
      formatCoins(amounts, language, signed),
    /** "21 Nov, 14:05", in the device's zone; `seconds` for a receipt. */
    moment: (iso: string, seconds = false) =>
      new Intl.DateTimeFormat(language, {
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
        ...(seconds && { second: "2-digit" }),
      }).format(new Date(iso)),
    /** "14:05". */
    clock: (iso: string) =>
      new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(
        new Date(iso),
      ),
    /** "Saturday 21 November". */
    day: (iso: string) =>
      new Intl.DateTimeFormat(language, {
        weekday: "long",
        day: "numeric",
        month: "long",
      }).format(new Date(iso)),
    /** "21 Nov 2026". */
    date: (iso: string) =>
      new Intl.DateTimeFormat(language, {
        day: "numeric",
        month: "short",
        year: "numeric",
      }).format(new Date(iso)),
    time: (iso: string) =>
      new Intl.DateTimeFormat(language, {
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
      }).format(new Date(iso)),
  };
}
