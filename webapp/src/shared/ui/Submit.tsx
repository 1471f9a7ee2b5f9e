import type { ReactNode } from "react";

interface Props {
  /** While what it sends is under way. */
  busy: boolean;
  look?: "main" | "danger";
  testId: string;
  children: ReactNode;
}

/** Sends its form, once at a time. */
export function Submit({ busy, look = "main", testId, children }: Props) {
  return (
    <button type="submit" className={look} disabled={busy} aria-busy={busy} data-testid={testId}>
      {children}
    </button>
  );
}
