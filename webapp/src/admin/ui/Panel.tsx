import { type ReactNode, useId } from "react";
import css from "../admin.module.css";

interface Props {
  title: string;
  /** Beside the title. */
  aside?: ReactNode;
  /** How much of the page's width it takes: the wider or the narrower part, or all. */
  size?: "wide" | "narrow" | "full";
  testId: string;
  children: ReactNode;
}

export function Panel({ title, aside, size = "full", testId, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`card ${css.panel} ${css[size]}`} data-testid={testId}>
      <div className="row spread wrap">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
