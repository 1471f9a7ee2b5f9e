/**
 * Waits so long, or until there is reason to look sooner: the person came back to the page, the
 * network did. Never ends once `signal` says that nobody waits any more.
 */
export function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const wake = () => {
      done.abort();
      clearTimeout(timer);
      if (!signal.aborted) resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    const { signal: until } = done;
    signal.addEventListener("abort", wake, { signal: until });
    window.addEventListener("online", wake, { signal: until });
    document.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "visible" && wake(),
      { signal: until },
    );
  });
}
