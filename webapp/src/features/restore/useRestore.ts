import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { api, unwrap } from "@/shared/api/client";
import { answered, type Confirmed, sending, type Undo } from "@/shared/api/intent";
import type { RestoreBody } from "./body";

/** Sends a confirmed restore, and leads to its job once it is accepted. */
export function useRestore() {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: ({ key, body, confirmation }: Confirmed<RestoreBody & Undo>) =>
      unwrap(
        api.POST("/api/snapshots/restore", {
          params: { header: { "Idempotency-Key": key } },
          body: { ...body, ...(confirmation && { confirmation }) },
        }),
      ),
    gcTime: 0,
    onMutate: (intent) => sending("restore", intent),
    onError: (error) => answered("restore", error),
    onSuccess: (job) => {
      answered("restore");
      queries.setQueryData(["job", job.id], job);
      go(`/jobs/${job.id}`);
    },
  });
}
