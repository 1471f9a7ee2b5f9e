import type { JobSummary } from "@/shared/api/types";
import { sum } from "@/shared/money/format";

/** A page of the jobs in one state (or in any), newest first. */
export interface Strand {
  state: JobSummary["state"] | null;
  items: readonly JobSummary[];
  /** Where it goes on; null at its end. */
  next: string | null;
}

/** What was read at once: a page of every strand that still goes on. */
export type Page = readonly Strand[];

/**
 * One list, newest first, of several strands. A strand that is not read to its end may still hold
 * jobs older than its last: nothing older than that is shown before it is read on.
 */
export function woven(pages: readonly Page[]): JobSummary[] {
  const strands = pages.flat();
  const ends = new Map(strands.map((strand) => [strand.state, strand]));
  const jobs = new Map(strands.flatMap(({ items }) => items.map((job) => [job.id, job])));
  // Ids are ordered by time.
  const horizons = [...ends.values()].map(({ next, items }) => (next && items.at(-1)?.id) || "");
  const horizon = horizons.reduce((latest, id) => (id > latest ? id : latest), "");
  return [...jobs.values()]
    .filter((job) => job.id >= horizon)
    .sort((one, other) => (one.id < other.id ? 1 : -1));
}

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
