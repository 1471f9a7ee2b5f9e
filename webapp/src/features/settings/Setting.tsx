import type { ReactNode } from "react";
import { Failure } from "@/shared/ui/Failure";
import css from "./settings.module.css";

interface Props {
  /** Its name as the eye sees it; the control below carries it for everybody else. */
  name: string;
  hint?: string;
  error?: unknown;
  children?: ReactNode;
}

/** One thing to choose, and what it means. */
export function Setting({ name, hint, error, children }: Props) {
  return (
    <div className={css.setting}>
      <span className={css.name} aria-hidden={children !== undefined}>
        {name}
      </span>
      {children}
      {hint && <p className="hint">{hint}</p>}
      {Boolean(error) && <Failure error={error} />}
    </div>
  );
}
