import type { ReactNode } from "react";
import { visit } from "@/shared/telegram/handOver";

/** A link to a page outside the app: Telegram opens it in the browser, the browser in a new tab. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a
      className="outside"
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      onClick={(event) => {
        event.preventDefault();
        visit(href);
      }}
    >
      {children}
    </a>
  );
}
