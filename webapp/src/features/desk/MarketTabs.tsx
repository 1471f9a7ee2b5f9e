import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { MarketType } from "@/shared/api/types";
import { useLooking } from "@/shared/person/desk";
import { haptics } from "@/shared/telegram/haptics";

const MARKETS: readonly MarketType[] = ["futures", "spot"];
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Futures ↔ Spot. */
export function MarketTabs({ market }: { market: MarketType }) {
  const { t } = useTranslation();
  const lookAt = useLooking((state) => state.lookAtMarket);

  function onArrow(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    const next = MARKETS[(MARKETS.indexOf(market) + step + MARKETS.length) % MARKETS.length];
    if (!next) return;
    lookAt(next);
    document.getElementById(`tab-${next}`)?.focus();
  }

  return (
    <div role="tablist" className="tabs" aria-label={t("book.title")} onKeyDown={onArrow}>
      {MARKETS.map((kind) => (
        <button
          key={kind}
          id={`tab-${kind}`}
          type="button"
          role="tab"
          aria-selected={kind === market}
          aria-controls="book"
          tabIndex={kind === market ? 0 : -1}
          onClick={() => {
            haptics.selection();
            lookAt(kind);
          }}
          data-testid={`tab-${kind}`}
        >
          {t(`tabs.${kind}`)}
        </button>
      ))}
    </div>
  );
}
