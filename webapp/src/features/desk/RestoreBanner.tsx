import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { MarketType } from "@/shared/api/types";
import { useSnapshots } from "@/shared/snapshots/useSnapshots";
import { Icon } from "@/shared/ui/Icon";
import css from "./desk.module.css";

/** Says that something can come back, and leads there. */
export function RestoreBanner({ accountId, market }: { accountId: string; market: MarketType }) {
  const { t } = useTranslation();
  const count = useSnapshots(accountId, market).data?.length ?? 0;
  if (count === 0) return null;
  return (
    <Link href="/restore" className={css.banner} data-testid="restore-open">
      <Icon name="restore" />
      <span className="grow">{t("book.canRestore", { count })}</span>
      <Icon name="chevron" />
    </Link>
  );
}
