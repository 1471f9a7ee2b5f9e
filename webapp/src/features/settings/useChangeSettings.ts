import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { Me, Settings } from "@/shared/api/types";
import { takenBack } from "./person";

const KEY = ["settings"];

/** Changes settings: shown at once, taken back if the server refuses. */
export function useChangeSettings() {
  const queries = useQueryClient();
  const show = (change: (settings: Settings) => Settings) =>
    queries.setQueryData<Me>(["me"], (me) => me && { ...me, settings: change(me.settings) });
  return useMutation({
    mutationKey: KEY,
    // One after another: what was chosen last must be what the server hears last.
    scope: { id: "settings" },
    mutationFn: (change: Partial<Settings>) =>
      unwrap(api.PATCH("/api/users/settings", { body: change })),
    onMutate: async (change) => {
      // An answer under way would bring the old settings back.
      await queries.cancelQueries({ queryKey: ["me"] });
      const before = queries.getQueryData<Me>(["me"])?.settings;
      // Another language makes the page read everything anew: not before the server knows it.
      if (!("language" in change)) show((settings) => ({ ...settings, ...change }));
      return before;
    },
    onSuccess: (saved) => {
      if (queries.isMutating({ mutationKey: KEY }) <= 1) show(() => saved);
    },
    onError: (_error, change, before) => {
      if (before) show((settings) => takenBack(settings, change, before));
    },
  });
}
