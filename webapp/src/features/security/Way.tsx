import type { ReactNode } from "react";
import css from "./security.module.css";

interface Props {
  name: string;
  hint: string;
  /** Beside the name: whether it is there, or on. */
  badge?: ReactNode;
  testId?: string;
  /** What can be done about it. */
  children?: ReactNode;
}

/** One thing to sign in or confirm with, its state, and what can be done about it. */
export function Way({ name, hint, badge, testId, children }: Props) {
  return (
    <li className={css.way} data-testid={testId}>
      <div className="row spread">
        <strong>{name}</strong>
        {badge}
      </div>
      <p className="hint">{hint}</p>
      {children && <div className="row wrap">{children}</div>}
    </li>
  );
}
