import { useEffect, useRef } from "react";
import { type Drawing, drawExposure } from "./drawing";
import type { Column, Mark } from "./exposure";
import css from "./history.module.css";
import { onThemeChange, readColours } from "./themeColours";

interface Props {
  columns: readonly Column[];
  marks: readonly Mark[];
  language: string;
  /** What the picture says. */
  label: string;
}

/** The chart itself, in a chunk of its own: its library is large. Another language: another chart. */
export default function ExposureChart({ columns, marks, language, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawing>(null);
  useEffect(() => {
    if (!box.current) return;
    const drawing = drawExposure(box.current, language);
    const paint = () => drawing.paint(readColours());
    paint();
    drawn.current = drawing;
    const stop = onThemeChange(paint);
    return () => {
      stop();
      drawn.current = null;
      drawing.remove();
    };
  }, [language]);
  useEffect(() => drawn.current?.show(columns, marks), [columns, marks]);
  return (
    <div
      ref={box}
      role="img"
      aria-label={label}
      className={css.chart}
      data-testid="exposure-chart"
    />
  );
}
