/** Runs with a signal that aborts with the given one, or when time is up. */
export async function noLongerThan<T>(
  milliseconds: number,
  signal: AbortSignal,
  run: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  // `AbortSignal.any` is younger than the WebViews that people have.
  const limited = new AbortController();
  const stop = () => limited.abort();
  signal.addEventListener("abort", stop);
  const timer = setTimeout(
    () => limited.abort(new DOMException("no answer", "TimeoutError")),
    milliseconds,
  );
  try {
    return await run(limited.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
