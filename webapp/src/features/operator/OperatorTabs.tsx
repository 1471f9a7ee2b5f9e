import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import css from "./operator.module.css";

const SCREENS = ["signals", "broadcast"] as const;

/** The two things that operators do. */
export function OperatorTabs({ at }: { at: (typeof SCREENS)[number] }) {
  const { t } = useTranslation();
  return (
    <nav className={css.tabs} aria-label={t("operator.label")}>
      {SCREENS.map((name) => (
        <Link
          key={name}
          href={`/operator/${name}`}
          replace
          aria-current={name === at ? "page" : undefined}
          data-testid={`operator-${name}`}
        >
          {t(`operator.tab.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
