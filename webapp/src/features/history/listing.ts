import type { JobSummary } from "@/shared/api/types";
import { sum } from "@/shared/money/format";

export interface Day {
  /** "2026-11-21", in the device's zone. */
  key: string;
  jobs: JobSummary[];
}

export function dayKey(moment: Date): string {
  const padded = (part: number) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${padded(moment.getMonth() + 1)}-${padded(moment.getDate())}`;
}

/** The jobs by the day on which they were accepted, in the order given. */
export function byDay(jobs: readonly JobSummary[]): Day[] {
  const days: Day[] = [];
  for (const job of jobs) {
    const key = dayKey(new Date(job.created_at));
    const last = days.at(-1);
    if (last?.key === key) last.jobs.push(job);
    else days.push({ key, jobs: [job] });
  }
  return days;
}

/** What stepping aside came to over these jobs, by coin, and over how many of them. */
export function roundTrips(jobs: readonly JobSummary[]) {
  const trips = jobs.flatMap((job) => job.receipt?.round_trip ?? []);
  const coins = [...new Set(trips.flatMap((trip) => Object.keys(trip.net)))].sort();
  const net = Object.fromEntries(
    coins.map((coin) => [coin, sum(trips.flatMap((trip) => trip.net[coin] ?? []))]),
  );
  return { count: trips.length, net };
}
