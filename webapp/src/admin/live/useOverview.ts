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
  return { ...overview, live };
}
