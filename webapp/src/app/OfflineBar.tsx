import { useTranslation } from "react-i18next";
import { useReach } from "@/shared/api/reach";
import { Icon } from "@/shared/ui/Icon";

/** Above every screen while the server can't be reached: what is shown may be old. */
export function OfflineBar() {
  const { t } = useTranslation();
  if (useReach()) return null;
  return (
    <p className="offline" role="status" data-testid="offline">
      <Icon name="warning" /> {t("common.offline")}
    </p>
  );
}
