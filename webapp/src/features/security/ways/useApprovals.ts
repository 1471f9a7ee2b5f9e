import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { useRefreshMe } from "../useRefreshMe";

const KEY = ["approvals"];

/** The linked number, and whether browsers may ask by it. */
export function useApprovals() {
  return useQuery({ queryKey: KEY, queryFn: () => unwrap(api.GET("/api/users/approvals")) });
}

export function useBlockApprovals() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (blocked: boolean) =>
      unwrap(api.PATCH("/api/users/approvals", { body: { blocked } })),
    onSuccess: (now) => queries.setQueryData(KEY, now),
  });
}

export function useRemovePhone() {
  const queries = useQueryClient();
  const refresh = useRefreshMe();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/users/phone")),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: KEY }), refresh()]),
  });
}
