import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { watch } from "./watch";

const KEY = ["overview"];
const POLL_MS = 3000;

/** How everything stands: by the socket, and by polls while there is none. */
export function useOverview() {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => watch((picture) => queries.setQueryData(KEY, picture), setLive), [queries]);
  const overview = useQuery({
    queryKey: KEY,
    queryFn: () => unwrap(api.GET("/api/admin/overview")),
    refetchInterval: live ? false : POLL_MS,
    refetchOnWindowFocus: !live,
  });
  const { data, dataUpdatedAt, error, status, refetch } = overview;
  // What went wrong last, until something goes right: while it is asked again there is no error.
  const [trouble, setTrouble] = useState<unknown>(null);
  useEffect(() => {
    if (error) setTrouble(error);
    else if (status === "success") setTrouble(null);
  }, [error, status]);
  return { data, dataUpdatedAt, trouble, refetch, live };
}
