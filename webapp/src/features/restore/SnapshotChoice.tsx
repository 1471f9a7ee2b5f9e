import { useTranslation } from "react-i18next";
import type { Snapshot } from "@/shared/api/types";
import { asLanguage, formatNumber, formatShort } from "@/shared/money/format";

interface Props {
  items: Snapshot[];
  /** The ids that are not to be restored; a snapshot that appears later is chosen. */
  left: ReadonlySet<string>;
  onChange: (left: ReadonlySet<string>) => void;
}

/** A check box for each snapshot, and one for all. */
export function SnapshotChoice({ items, left, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const language = asLanguage(i18n.language);

  function toggle(id: string) {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  }

  return (
    <ul className="choices">
      <li>
        <label>
          <input
            type="checkbox"
            checked={left.size === 0}
            onChange={() => onChange(left.size ? new Set() : new Set(items.map((item) => item.id)))}
          />{" "}
          {t("restore.all")}
        </label>
      </li>
      {items.map((item) => (
        <li key={item.id} data-testid="snapshot-row" data-symbol={item.symbol}>
          <label>
            <input type="checkbox" checked={!left.has(item.id)} onChange={() => toggle(item.id)} />{" "}
            <strong>{item.symbol}</strong> {formatNumber(item.qty_restorable, language)}
            <span className="hint">
              {t("restore.closed", { price: formatShort(item.closed_price, language) })}
            </span>
          </label>
        </li>
      ))}
    </ul>
  );
}
