import { useTranslation } from "react-i18next";
import { Icon } from "@/shared/ui/Icon";
import css from "./jobs.module.css";

/** Positions that came back without what used to protect them. */
export function Unprotected({ symbols }: { symbols: readonly string[] }) {
  const { t } = useTranslation();
  if (symbols.length === 0) return null;
  return (
    <div className={`row ${css.alarm}`} role="alert" data-testid="unprotected">
      <Icon name="warning" />
      <div className="grow">
        <strong>{t("job.unprotected", { symbols: symbols.join(", ") })}</strong>
        <p>{t("job.unprotectedHint")}</p>
      </div>
    </div>
  );
}
