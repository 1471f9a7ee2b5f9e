import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Icon } from "@/shared/ui/Icon";
import { useNewSignals } from "./seen";

/** The way to the signals, and how many came since the last look at them. */
export function LiveLink() {
  const { t } = useTranslation();
  const count = useNewSignals();
  return (
    <Link href="/live" className="icon bell" data-testid="nav-live">
      <Icon name="live" />
      <span className="visually-hidden">
        {t("nav.live")}
        {count > 0 && `: ${t("nav.newSignals", { count })}`}
      </span>
      {count > 0 && (
        <span className="count" aria-hidden="true" data-testid="live-badge">
          {count}
        </span>
      )}
    </Link>
  );
}
