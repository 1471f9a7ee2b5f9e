import { create } from "zustand";
import type { MarketType } from "@/shared/api/types";
import { deviceMemory } from "@/shared/storage";

const ACCOUNT = "ebb.account";
const MARKET = "ebb.market";

/** What a person looks at: one account, one of its two books. Of the page, not of the server. */
interface Looking {
  /** The chosen account's id; null: the default one. */
  accountId: string | null;
  /** null: the one that the settings name. */
  market: MarketType | null;
  lookAtAccount: (id: string) => void;
  lookAtMarket: (market: MarketType) => void;
}

function storedMarket(): MarketType | null {
  const stored = deviceMemory.read(MARKET);
  return stored === "spot" || stored === "futures" ? stored : null;
}

export const useLooking = create<Looking>((set) => ({
  accountId: deviceMemory.read(ACCOUNT),
  market: storedMarket(),
  lookAtAccount(accountId) {
    deviceMemory.write(ACCOUNT, accountId);
    set({ accountId });
  },
  lookAtMarket(market) {
    deviceMemory.write(MARKET, market);
    set({ market });
  },
}));
