import { connect } from "@/shared/live/connection";
import type { Overview } from "../types";

/** Nothing came for so long, where something comes each second: whoever sends it is stuck. */
const SILENT_MS = 8000;

/** Tells how everything stands as it comes, and whether it comes, until the returned function is
 * called. */
export function watch(tell: (picture: Overview) => void, became: (live: boolean) => void) {
  let silence: ReturnType<typeof setTimeout> | undefined;
  function stale() {
    clearTimeout(silence);
    became(false);
  }
  const hangUp = connect({
    keeper: null,
    wish: { action: "watch", what: "workers" },
    tell(news) {
      if (news.type !== "workers") return;
      clearTimeout(silence);
      silence = setTimeout(stale, SILENT_MS);
      became(true);
      tell(news.data);
    },
    // Open is not yet live: that it is, the first picture says.
    became: (state) => state !== "open" && stale(),
  });
  return () => {
    clearTimeout(silence);
    hangUp();
  };
}
