/** The page's colours as a canvas needs them. */
export interface Colours {
  hint: string;
  line: string;
  accent: string;
  reduce: string;
  restore: string;
  font: string;
  long: { line: string; area: string };
  short: { line: string; area: string };
}

const AREA_ALPHA = "2e";

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  const side = (line: string) => ({
    line,
    area: /^#[0-9a-f]{6}$/i.test(line) ? `${line}${AREA_ALPHA}` : "transparent",
  });
  return {
    hint: of("--hint"),
    line: of("--line"),
    accent: of("--accent"),
    reduce: of("--warn"),
    restore: of("--accent"),
    font: style.fontFamily,
    long: side(of("--gain")),
    short: side(of("--loss")),
  };
}

/** Calls back when the page's colours may have changed: Telegram's theme, or the device's. */
export function onThemeChange(listener: () => void): () => void {
  const device = matchMedia("(prefers-color-scheme: dark)");
  const telegrams = new MutationObserver(listener);
  telegrams.observe(document.documentElement, { attributeFilter: ["data-scheme", "style"] });
  device.addEventListener("change", listener);
  return () => {
    telegrams.disconnect();
    device.removeEventListener("change", listener);
  };
}
