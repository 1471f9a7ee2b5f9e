import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

/** Takes a job back while nothing is sent; later it stops what is not sent yet. */
export function useCancel(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: id } } })),
    onSuccess: (job) => queries.setQueryData(["job", id], job),
  });
}

export type Cancel = ReturnType<typeof useCancel>;
