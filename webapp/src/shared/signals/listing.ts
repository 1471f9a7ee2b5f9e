import type { Signal } from "@/shared/api/types";

/** Live ones: what ends first comes first. */
export function soonestFirst(signals: readonly Signal[]): Signal[] {
  return [...signals].sort((one, other) => one.expires_at.localeCompare(other.expires_at));
}

/** Ended ones: what ended last comes first. */
export function latestFirst(signals: readonly Signal[]): Signal[] {
  const end = (signal: Signal) => signal.ended_at ?? signal.created_at;
  return [...signals].sort((one, other) => end(other).localeCompare(end(one)));
}

/** A list of live ones after one of them, or a new one, came to look like this. */
export function withLive(signals: readonly Signal[], changed: Signal): Signal[] {
  const others = signals.filter((one) => one.id !== changed.id);
  return changed.state === "live" ? [changed, ...others] : others;
}

interface Page {
  items: Signal[];
  next_cursor: string | null;
}

/** The same for a list of all, newest first, read page by page. */
export function withAny<Some extends Page>(pages: readonly Some[], changed: Signal): Some[] {
  const isThere = pages.some((page) => page.items.some((one) => one.id === changed.id));
  return pages.map((page, number) => ({
    ...page,
    items: isThere
      ? page.items.map((one) => (one.id === changed.id ? changed : one))
      : number === 0
        ? [changed, ...page.items]
        : page.items,
  }));
}

/** How many of them came after the one that was seen last; ids rise with time. */
export function newerThan(signals: readonly Signal[], seen: string | null): number {
  return signals.filter((signal) => seen === null || signal.id > seen).length;
}

/** The newest one's id. */
export function newestOf(signals: readonly Signal[]): string | null {
  return signals.reduce<string | null>(
    (newest, { id }) => (newest === null || id > newest ? id : newest),
    null,
  );
}
