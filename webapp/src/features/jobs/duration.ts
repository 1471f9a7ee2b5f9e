import type { Language } from "@/shared/money/format";

/** "420 ms", "3.4 s", "2 min 5 s"; a dash for what is not known. */
export function formatDuration(milliseconds: number | null | undefined, language: Language) {
  if (typeof milliseconds !== "number") return "—";
  const inUnit = (amount: number, unit: "millisecond" | "second" | "minute", digits = 0) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(amount);
  if (milliseconds < 1000) return inUnit(milliseconds, "millisecond");
  if (milliseconds < 59_950) return inUnit(milliseconds / 1000, "second", 1);
  const seconds = Math.round(milliseconds / 1000);
  return `${inUnit(Math.floor(seconds / 60), "minute")} ${inUnit(seconds % 60, "second")}`;
}
