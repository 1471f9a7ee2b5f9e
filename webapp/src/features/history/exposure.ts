import type { Exposure } from "@/shared/api/types";
import { decimal } from "@/shared/money/format";

/** As many as a wide screen has room for. */
const COLUMNS = 240;
const DAY_MS = 86_400_000;

/** One place on the time axis; without values where nothing was sampled. Only ever drawn. */
export interface Column {
  /** Epoch seconds. */
  time: number;
  /** Dollars; the short side below zero. */
  values?: { long: number; short: number };
}

export interface Mark {
  time: number;
  kind: "reduce" | "restore";
}

/**
 * The samples on an even grid: the chart sets columns side by side whatever their times, so an hour
 * must be as many columns here as there. The latest sample of a column stands for it.
 */
export function columnsOf(exposure: Exposure, days: number, now: number): Column[] {
  const [first] = exposure.items;
  if (!first) return [];
  const from = Math.floor(Math.max(now - days * DAY_MS, Date.parse(first.at)) / 1000);
  const step = Math.max(1, Math.ceil((now / 1000 - from) / COLUMNS));
  const columns = Array.from(
    { length: COLUMNS + 1 },
    (_, index): Column => ({ time: from + index * step }),
  );
  for (const { at, long_value, short_value } of exposure.items) {
    const index = Math.floor((Date.parse(at) / 1000 - from) / step);
    const column = columns[Math.min(COLUMNS, Math.max(0, index))];
    if (!column) continue;
    column.values = {
      long: decimal(long_value).abs().toNumber(),
      short: -decimal(short_value).abs().toNumber(),
    };
  }
  return columns;
}

/** The jobs, each at the sampled column nearest to its end: the chart marks only what it draws. */
export function marksOf(exposure: Exposure, columns: readonly Column[]): Mark[] {
  const sampled = columns.filter((column) => column.values);
  return exposure.jobs.flatMap(({ kind, at }) => {
    const end = Date.parse(at) / 1000;
    const [nearest, ...others] = sampled;
    if (!nearest) return [];
    const { time } = others.reduce(
      (best, column) => (Math.abs(column.time - end) < Math.abs(best.time - end) ? column : best),
      nearest,
    );
    return [{ time, kind }];
  });
}

/** What the chart says, in numbers: how it stands, the most there was, what was done. */
export function glanceOf(exposure: Exposure) {
  const last = exposure.items.at(-1);
  if (!last) return null;
  const most = (of: "long_value" | "short_value") =>
    exposure.items.reduce(
      (best, item) => (decimal(item[of]).abs().gt(best) ? decimal(item[of]).abs().toFixed() : best),
      "0",
    );
  const count = (kind: Mark["kind"]) => exposure.jobs.filter((job) => job.kind === kind).length;
  return {
    long: decimal(last.long_value).abs().toFixed(),
    short: decimal(last.short_value).abs().toFixed(),
    mostLong: most("long_value"),
    mostShort: most("short_value"),
    reduces: count("reduce"),
    restores: count("restore"),
  };
}
