import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";
import { type Filter, queryOf, type State, statesOf } from "./filter";
import { type Page, type Strand, woven } from "./listing";

const PAGE = 20;
const REFRESH_MS = 5000;

/** Where each strand goes on; no cursor: at its beginning. */
type Places = readonly { state: State | null; cursor: string | null }[];

async function readStrand(filter: Filter, { state, cursor }: Places[number]): Promise<Strand> {
  const query = {
    ...queryOf(filter),
    ...(state && { state }),
    ...(cursor && { cursor }),
    limit: PAGE,
  };
  const page = await unwrap(api.GET("/api/jobs", { params: { query } }));
  return { state, items: page.items, next: page.next_cursor };
}

/** The jobs that pass the filter, newest first, read page by page. */
export function useHistory(filter: Filter) {
  const beginning: Places = statesOf(filter).map((state) => ({ state, cursor: null }));
  const list = useInfiniteQuery({
    queryKey: ["jobs", "history", filter],
    queryFn: ({ pageParam }): Promise<Page> =>
      Promise.all(pageParam.map((place) => readStrand(filter, place))),
    initialPageParam: beginning,
    getNextPageParam: (last): Places | undefined => {
      const open = last.filter((strand) => strand.next !== null);
      return open.length ? open.map(({ state, next }) => ({ state, cursor: next })) : undefined;
    },
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      woven(query.state.data?.pages ?? []).every(isEnded) ? false : REFRESH_MS,
  });
  return { ...list, jobs: list.data ? woven(list.data.pages) : null };
}
