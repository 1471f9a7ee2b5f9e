import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { isEnded } from "@/shared/api/jobs";

/** Opened while a job runs, the app shows that job; once, so that "back" leads to the desk. */
export function useResume(isAsked: boolean): void {
  const [path, go] = useLocation();
  const decided = useRef(false);
  const latest = useQuery({
    queryKey: ["jobs", "newest"],
    queryFn: () => unwrap(api.GET("/api/jobs", { params: { query: { limit: 1 } } })),
    enabled: isAsked && path === "/" && !decided.current,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const newest = latest.data?.items[0];
  useEffect(() => {
    // Whoever went somewhere by themselves meanwhile stays there.
    if (path !== "/") decided.current = true;
    if (decided.current || !latest.data) return;
    decided.current = true;
    if (newest && !isEnded(newest)) go(`/jobs/${newest.id}`);
  }, [path, latest.data, newest, go]);
}
