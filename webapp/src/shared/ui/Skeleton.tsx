import { useTranslation } from "react-i18next";

/** The shape of cards that are still being read. */
export function Skeleton({ cards = 4, label }: { cards?: number; label?: string }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="cards" data-testid="skeleton">
      <span className="visually-hidden">{label ?? t("common.loading")}</span>
      {Array.from({ length: cards }, (_, row) => row).map((row) => (
        <div key={row} className="card skeleton" />
      ))}
    </div>
  );
}
