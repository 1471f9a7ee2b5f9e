/** A moment as `datetime-local` holds it: "2026-11-21T18:30", in the device's zone, to the minute. */
export function toLocal(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The moment in UTC (ISO) that was typed in the device's zone; null for none. */
export function toUtc(local: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local)) return null;
  const moment = new Date(local);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** "Europe/Moscow": the zone that moments are typed in. */
export const zone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
