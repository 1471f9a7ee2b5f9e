import Big from "big.js";

/** Numbers stay decimal text until they are shown; a JavaScript number never holds money. */
export function decimal(text: string): Big {
  return new Big(text);
}

const separators = {
  en: { group: ",", point: "." },
  ru: { group: "\u00a0", point: "," },
} as const;

export type Language = keyof typeof separators;

export function asLanguage(tag: string | undefined): Language {
  return tag?.toLowerCase().startsWith("ru") ? "ru" : "en";
}

/** Groups thousands and uses the language's decimal point; all given digits are kept. */
export function formatNumber(text: string, language: Language): string {
  return grouped(decimal(text).toFixed(), language);
}

function grouped(plain: string, language: Language): string {
  const negative = plain.startsWith("-");
  const [whole = "0", fraction] = plain.replace("-", "").split(".");
  const { group, point } = separators[language];
  const thousands = whole.replace(/\B(?=(\d{3})+(?!\d))/g, group);
  return `${negative ? "\u2212" : ""}${thousands}${fraction ? point + fraction : ""}`;
}

/** An amount of quote currency, to cents. */
export function formatMoney(text: string, language: Language): string {
  return grouped(decimal(text).toFixed(2), language);
}

/** An amount of quote currency at a glance: to cents below a thousand, whole above. */
export function formatRough(text: string, language: Language): string {
  const amount = decimal(text);
  return grouped(amount.toFixed(amount.abs().gte(1000) ? 0 : 2), language);
}

/** Like formatMoney, with a plus before gains. */
export function formatSigned(text: string, language: Language): string {
  return `${decimal(text).gt(0) ? "+" : ""}${formatMoney(text, language)}`;
}

/** A price or fee rounded to eight significant decimals, without trailing zeros. */
export function formatShort(text: string, language: Language): string {
  return formatNumber(decimal(text).round(8, Big.roundHalfEven).toFixed(), language);
}

/**
 * What a person typed as a percentage, as canonical text; null unless 0 < p ≤ 100 with at most two
 * decimals. Accepts a comma for the decimal point, and one with nothing behind it yet.
 */
export function parsePercent(typed: string): string | null {
  const text = typed.trim().replace(",", ".");
  if (!/^\d{1,3}(\.\d{0,2})?$/.test(text)) return null;
  const percent = decimal(text);
  return percent.gt(0) && percent.lte(100) ? percent.toFixed() : null;
}

/** A price or quantity with as many decimals as its tick or lot step has; all of them without one. */
export function formatStep(
  text: string,
  step: string | null | undefined,
  language: Language,
): string {
  if (!step) return formatNumber(text, language);
  const [, fraction = ""] = decimal(step).toFixed().split(".");
  // Never round a quantity away: more digits than the step has are shown as they are.
  const number = decimal(text);
  const rounded = number.round(fraction.length, Big.roundDown);
  return number.eq(rounded)
    ? grouped(number.toFixed(fraction.length), language)
    : formatNumber(text, language);
}

/** A mark or average price, rounded to the tick: such prices lie between ticks. */
export function formatPrice(
  text: string,
  tick: string | null | undefined,
  language: Language,
): string {
  if (!tick) return formatShort(text, language);
  const [, fraction = ""] = decimal(tick).toFixed().split(".");
  return grouped(decimal(text).toFixed(fraction.length), language);
}

/** An average price without a tick to round to: seven significant digits, the whole part whole. */
export function formatAverage(text: string, language: Language): string {
  const price = decimal(text);
  const whole = price.abs().round(0, Big.roundDown).toFixed().length;
  const kept = price.abs().gte(1) ? price.round(Math.max(0, 7 - whole)) : price.prec(7);
  return formatNumber(kept.toFixed(), language);
}

const DOLLARS: ReadonlySet<string> = new Set(["USD", "USDT", "USDC", "USDE", "DAI"]);

/** An amount of a coin: dollars to cents, or two digits where cents show nothing; others exact. */
function formatAmount(text: string, coin: string, language: Language): string {
  const amount = decimal(text);
  if (!DOLLARS.has(coin)) return formatShort(text, language);
  if (amount.eq(0) || amount.abs().gte("0.1")) return formatMoney(text, language);
  return formatNumber(amount.prec(2).toFixed(), language);
}

/** "12.5 USDT · −0.0001 BTC"; a dash where there is nothing. `signed`: a plus before gains. */
export function formatCoins(
  amounts: Record<string, string>,
  language: Language,
  signed = false,
): string {
  const parts = Object.entries(amounts).map(([coin, amount]) => {
    const plus = signed && decimal(amount).gt(0) ? "+" : "";
    return `${plus}${formatAmount(amount, coin, language)} ${coin}`;
  });
  return parts.length ? parts.join(" · ") : "—";
}

/** The class that colours a gain or a loss; none for nothing. */
export function tone(amount: string): "gain" | "loss" | undefined {
  const number = decimal(amount);
  if (number.gt(0)) return "gain";
  return number.lt(0) ? "loss" : undefined;
}

/** The sum of decimal texts. */
export function sum(amounts: readonly string[]): string {
  return amounts.reduce((total, amount) => total.plus(amount), new Big(0)).toFixed();
}
