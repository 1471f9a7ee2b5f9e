import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

/** Nothing here, and what that means. */
export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className="card empty" data-testid="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children}
    </div>
  );
}
