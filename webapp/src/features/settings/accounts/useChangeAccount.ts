import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { Account, Exemption, Me } from "@/shared/api/types";
import { withAccount } from "../person";

/** What is not named stays as it was; `exempt` replaces the whole list. */
interface Change {
  label?: string;
  is_default?: true;
  exempt?: Exemption[];
}

export function useChangeAccount(account: Account) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) =>
      unwrap(
        api.PATCH("/api/users/api-keys/{account_id}", {
          params: { path: { account_id: account.id } },
          body: change,
        }),
      ),
    onSuccess: (changed, { exempt }) => {
      queries.setQueryData<Me>(["me"], (me) => me && withAccount(me, changed));
      if (exempt) void queries.invalidateQueries({ queryKey: ["plan"] });
    },
  });
}
