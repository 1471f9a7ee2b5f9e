import { type ReactNode, useId } from "react";
import css from "./section.module.css";

interface Props {
  title: string;
  /** Cards of its own instead of one around everything. */
  bare?: boolean;
  children: ReactNode;
}

export function Section({ title, bare = false, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={css.section}>
      <h2 id={id} className="section-title">
        {title}
      </h2>
      {bare ? children : <div className={`card ${css.inside}`}>{children}</div>}
    </section>
  );
}
