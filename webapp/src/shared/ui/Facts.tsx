import type { ReactNode } from "react";

/** Names and values in a row that wraps. */
export function Facts({
  children,
  large = false,
  className = "",
}: {
  children: ReactNode;
  large?: boolean;
  className?: string;
}) {
  return <dl className={`facts ${large ? "large" : ""} ${className}`}>{children}</dl>;
}

interface FactProps {
  name: string;
  children: ReactNode;
  /** "gain" or "loss", or nothing. */
  tone?: string;
  testId?: string;
}

export function Fact({ name, children, tone, testId }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={tone} data-testid={testId}>
        {children}
      </dd>
    </div>
  );
}
