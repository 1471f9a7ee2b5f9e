/** One bar of a sparkline, in the units of its drawing. */
export interface Bar {
  x: number;
  y: number;
  height: number;
}

/** Bars of counts, as high as the largest allows; one that is more than nothing can be seen. */
export function bars(values: readonly number[], width: number, height: number): Bar[] {
  const step = width / Math.max(1, values.length);
  const most = Math.max(1, ...values);
  return values.map((value, place) => {
    const tall = value > 0 ? Math.max(2, (value / most) * height) : 0;
    return { x: round(place * step), y: round(height - tall), height: round(tall) };
  });
}

/** A line through measurements; where there are none it is broken. An SVG path. */
export function line(values: readonly (number | null)[], width: number, height: number): string {
  const step = width / Math.max(1, values.length - 1);
  const known = values.filter((value): value is number => value !== null);
  const most = Math.max(1, ...known);
  let drawing = false;
  return values
    .map((value, place) => {
      if (value === null) {
        drawing = false;
        return "";
      }
      const point = `${round(place * step)} ${round(height - 1 - (value / most) * (height - 2))}`;
      // A lone measurement is a dot: a line to where it stands.
      const drawn = drawing ? `L${point}` : `M${point}h0.01`;
      drawing = true;
      return drawn;
    })
    .join("");
}

const round = (value: number) => Math.round(value * 100) / 100;
