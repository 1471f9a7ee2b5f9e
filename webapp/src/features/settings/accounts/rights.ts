import type { Account } from "@/shared/api/types";

export const RIGHTS = [
  "futures",
  "spot",
  "options",
  "convert",
  "copying",
  "earn",
  "other",
  "transfer",
  "withdraw",
] as const;
export type Right = (typeof RIGHTS)[number];

const GROUPS: Record<string, Right | null> = {
  // Whether these suffice to trade is the server's to say: `market`.
  ContractTrade: null,
  Spot: null,
  Derivatives: null,
  Wallet: "transfer",
  Options: "options",
  Exchange: "convert",
  CopyTrading: "copying",
  Earn: "earn",
};
const EXCESS: ReadonlySet<Right> = new Set<Right>(["transfer", "withdraw"]);

/** What a key may do, each once; `permissions` as Bybit names them: "Spot.SpotTrade". */
export function rightsOf(account: Pick<Account, "market" | "permissions">): Right[] {
  const found = new Set<Right>(account.market);
  for (const permission of account.permissions) {
    const [group = ""] = permission.split(".");
    const right = permission === "Wallet.Withdraw" ? "withdraw" : (GROUPS[group] ?? "other");
    if (GROUPS[group] !== null) found.add(right);
  }
  return RIGHTS.filter((right) => found.has(right));
}

/** Whether a key had better not have it: Ebb never moves funds anywhere. */
export function isExcess(right: Right): boolean {
  return EXCESS.has(right);
}
