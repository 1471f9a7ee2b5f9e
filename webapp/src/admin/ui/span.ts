/** A time's length in the unit that says enough: key of its text and the count. */
export function span(seconds: number): { unit: "s" | "min" | "h" | "d"; count: number } {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return { unit: "s", count: whole };
  if (whole < 7200) return { unit: "min", count: Math.floor(whole / 60) };
  if (whole < 172_800) return { unit: "h", count: Math.floor(whole / 3600) };
  return { unit: "d", count: Math.floor(whole / 86_400) };
}

/** Seconds between two moments of RFC 3339. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
