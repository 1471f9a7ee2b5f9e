import css from "../admin.module.css";
import { bars, line } from "./spark";

const WIDTH = 180;
const HEIGHT = 36;

interface Props<T> {
  values: readonly T[];
  /** What is drawn, for those who don't see it. */
  label: string;
  tone?: "accent" | "loss" | "warn" | "gain";
}

/** Counts by the minute. */
export function Bars({ values, label, tone = "accent" }: Props<number>) {
  const width = WIDTH / Math.max(1, values.length) - 1.5;
  return (
    <svg
      className={`${css.spark} ${css[tone]}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} className={css.ground} />
      {bars(values, WIDTH, HEIGHT).map((bar) => (
        <rect key={bar.x} x={bar.x} y={bar.y} width={width} height={bar.height} rx="1" />
      ))}
    </svg>
  );
}

/** A measurement by the minute. */
export function Line({ values, label, tone = "accent" }: Props<number | null>) {
  return (
    <svg
      className={`${css.spark} ${css[tone]}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} className={css.ground} />
      <path d={line(values, WIDTH, HEIGHT)} className={css.drawn} />
    </svg>
  );
}
