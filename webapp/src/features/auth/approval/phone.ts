import type { Language } from "@/shared/money/format";

/**
 * The number that was meant, as "+" and digits; null where that can't be told. A Russian's number
 * may begin with the 8 that is dialled at home, and in Russian also without any code.
 */
export function asPhone(typed: string, language: Language): string | null {
  const bare = typed.replace(/[\s().\u2010-\u2015/-]/g, "");
  if (!/^\+?\d+$/.test(bare)) return null;
  const digits = bare.replace(/^\+|^00/, "");
  if (!bare.startsWith("+")) {
    if (/^89\d{9}$/.test(digits)) return `+7${digits.slice(1)}`;
    if (language === "ru" && /^9\d{9}$/.test(digits)) return `+7${digits}`;
  }
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null;
}
