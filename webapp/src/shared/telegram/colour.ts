/** Colours as Telegram gives them: #rrggbb. Contrast as WCAG 2.2 defines it. */
type Rgb = readonly [number, number, number];

const ENOUGH = 4.5;
const STEPS = 20;

export function isColour(value: unknown): value is string {
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
}

function parse(colour: string): Rgb {
  const at = (start: number) => Number.parseInt(colour.slice(start, start + 2), 16);
  return [at(1), at(3), at(5)];
}

/** Relative luminance, from 0 (black) to 1 (white). */
export function luminance(colour: string): number {
  const [red, green, blue] = parse(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

function blend(from: string, to: string, share: number): string {
  const target = parse(to);
  const mixed = parse(from).map((channel, index) =>
    Math.round(channel + ((target[index] ?? channel) - channel) * share)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${mixed.join("")}`;
}

/** The colour nearest to the given one, on its way to `towards`, that can be read on each ground. */
export function readable(colour: string, grounds: readonly string[], towards: string): string {
  for (let step = 0; step < STEPS; step += 1) {
    const tried = blend(colour, towards, step / STEPS);
    if (grounds.every((ground) => contrast(tried, ground) >= ENOUGH)) return tried;
  }
  return towards;
}
