const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How much of a signal's time is left: "2:05", "1:02:05"; from a day on in days. */
export type Left = { days: number; hours: number } | { clock: string };

/** Until `expiresAt` (ISO), as of `now` in milliseconds; a second that began counts. */
export function timeLeft(expiresAt: string, now: number): Left {
  const left = Math.max(0, Date.parse(expiresAt) - now);
  if (left >= DAY) {
    return { days: Math.floor(left / DAY), hours: Math.floor((left % DAY) / HOUR) };
  }
  const seconds = Math.ceil(left / SECOND);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  const short = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return { clock: hours > 0 ? `${hours}:${short}` : short };
}

/** What share of its time is left, from 1 to 0. */
export function shareLeft(createdAt: string, expiresAt: string, now: number): number {
  const end = Date.parse(expiresAt);
  const whole = end - Date.parse(createdAt);
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, (end - now) / whole));
}

/** Whether it ends within five minutes. */
export function isEnding(expiresAt: string, now: number): boolean {
  return Date.parse(expiresAt) - now < 5 * MINUTE;
}
