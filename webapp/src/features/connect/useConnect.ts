import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { RefObject } from "react";
import { api, unwrap } from "@/shared/api/client";
import type { Me } from "@/shared/api/types";
import { useLooking } from "@/shared/person/desk";
import type { Environment } from "./environments";
import { empty, takeKey } from "./takeKey";

/** Hands the key in the form to the server, which tries it at the exchange before it keeps it. */
export function useConnect(form: RefObject<HTMLFormElement | null>, known: readonly Environment[]) {
  const queries = useQueryClient();
  const lookAt = useLooking((state) => state.lookAtAccount);
  return useMutation({
    // Read from the form instead of passed in: a mutation remembers its variables.
    mutationFn: () =>
      unwrap(api.POST("/api/users/api-keys", { body: takeKey(form.current, known) })),
    onSuccess: (account) => {
      empty(form.current, "api_key");
      lookAt(account.id);
      queries.setQueryData<Me>(
        ["me"],
        (me) => me && { ...me, accounts: [...me.accounts, account] },
      );
      void queries.invalidateQueries({ queryKey: ["me"] });
    },
    gcTime: 0,
  });
}
