import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { hasBackButton, useBackButton } from "@/shared/telegram/useBackButton";
import { Icon } from "./Icon";

interface Props {
  title: string;
  /** The path that "back" leads to; none on the first screen. */
  back?: string;
  /** Beside the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen: its title, the way back, and the reader's focus at its top when it opens. */
export function Screen({ title, back, actions, children }: Props) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  useBackButton(back === undefined ? null : () => go(back));
  useEffect(() => {
    document.title = `${title} · Ebb`;
  }, [title]);
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="screen">
      <div className="row screen-head">
        {back !== undefined && !hasBackButton() && (
          <button
            type="button"
            className="icon"
            aria-label={t("common.back")}
            onClick={() => go(back)}
            data-testid="back"
          >
            <Icon name="back" />
          </button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </div>
      {children}
    </div>
  );
}
