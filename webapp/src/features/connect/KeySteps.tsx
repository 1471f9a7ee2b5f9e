import { useTranslation } from "react-i18next";
import { OutsideLink } from "@/shared/ui/OutsideLink";
import css from "./connect.module.css";
import { apiPage, type Environment } from "./environments";

const STEPS = ["create", "allow", "deny", "bind", "copy"] as const;

/** How to make a key that Ebb can use and a thief can do little with. */
export function KeySteps({ environment, open }: { environment: Environment; open: boolean }) {
  const { t } = useTranslation();
  const page = apiPage(environment);
  return (
    <details className={`card ${css.steps}`} open={open} data-testid="connect-steps">
      <summary>{t("connect.steps")}</summary>
      {page === null ? (
        <p>{t("connect.sandboxHint")}</p>
      ) : (
        <>
          {environment === "demo" && <p>{t("connect.demoHint")}</p>}
          <OutsideLink href={page}>{t("connect.open")}</OutsideLink>
        </>
      )}
      <ol>
        {STEPS.map((step) => (
          <li key={step} data-step={step}>
            <strong>{t(`connect.step.${step}`)}</strong>
            <span>{t(`connect.how.${step}`)}</span>
          </li>
        ))}
      </ol>
      <p className="hint">{t("connect.kept")}</p>
    </details>
  );
}
