import type { ReactNode } from "react";
import css from "../admin.module.css";

/** What is wider than a narrow page scrolls by itself, by keys too. */
export function Scrolls({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it keys could not scroll the table.
    <div className={css.scrolls} tabIndex={0}>
      {children}
    </div>
  );
}
