import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { Signal } from "@/shared/api/types";
import { withAny, withLive } from "./listing";

const KEY = ["signals"];
const LIVE = [...KEY, "live"];
const ALL = [...KEY, "all"];
const MOST_LIVE = 200;
const PAGE = 30;
// What changes is told; this is for what was not.
const REFRESH_MS = 120_000;

interface Page {
  items: Signal[];
  next_cursor: string | null;
}

/** In how many milliseconds to look again. */
type Every = (signals: readonly Signal[]) => number;
const seldom: Every = () => REFRESH_MS;

/** The signals that are live. */
export function useLiveSignals(every = seldom) {
  return useQuery({
    queryKey: LIVE,
    queryFn: () =>
      unwrap(api.GET("/api/signals", { params: { query: { state: "live", limit: MOST_LIVE } } })),
    select: (page) => page.items,
    staleTime: REFRESH_MS / 2,
    refetchInterval: (query) => every(query.state.data?.items ?? []),
  });
}

/** Those that ended, read page by page. */
export function usePastSignals(every = seldom) {
  const pages = useInfiniteQuery({
    queryKey: ALL,
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/signals", { params: { query: { limit: PAGE, ...(cursor && { cursor }) } } }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: REFRESH_MS / 2,
    refetchInterval: (query) => every(listed(query.state.data)),
  });
  const past = pages.data && listed(pages.data).filter(({ state }) => state !== "live");
  return { ...pages, past };
}

/** One of them as a list on this page knows it. */
export function knownSignal(queries: QueryClient, id: string): Signal | undefined {
  const live = queries.getQueryData<Page>(LIVE)?.items ?? [];
  const all = listed(queries.getQueryData<InfiniteData<Page>>(ALL));
  return [...live, ...all].find((signal) => signal.id === id);
}

/** Show a signal as it came to be. */
export function takeSignal(queries: QueryClient, signal: Signal): void {
  const isRead = queries.isFetching({ queryKey: KEY }) > 0;
  queries.setQueryData<Page>(
    LIVE,
    (page) => page && { ...page, items: withLive(page.items, signal) },
  );
  queries.setQueryData<InfiniteData<Page>>(
    ALL,
    (data) => data && { ...data, pages: withAny(data.pages, signal) },
  );
  // What is under way may have been answered before this came to be.
  if (isRead) void queries.invalidateQueries({ queryKey: KEY });
}

function listed(data: InfiniteData<Page> | undefined): Signal[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}
