import { createContext, type ReactNode, useContext } from "react";
import { useTranslation } from "react-i18next";
import type { Account, MarketType, Me, Settings } from "@/shared/api/types";
import { useLooking } from "./desk";

const Signed = createContext<Me | null>(null);

/** Gives the screens below the signed-in person. */
export function Person({ me, children }: { me: Me; children: ReactNode }) {
  return <Signed value={me}>{children}</Signed>;
}

/** The signed-in person. */
export function usePerson(): Me {
  const me = useContext(Signed);
  if (!me) throw new Error("usePerson outside of Person");
  return me;
}

export function useSettings(): Settings {
  return usePerson().settings;
}

/** The account looked at: the chosen one while it exists, else the default, else the first. */
export function pickAccount(accounts: readonly Account[], chosen: string | null): Account | null {
  return (
    accounts.find((account) => account.id === chosen) ??
    accounts.find((account) => account.is_default) ??
    accounts[0] ??
    null
  );
}

/** The account looked at. Screens that need one are shown only to those who have one. */
export function useAccount(): Account {
  const account = pickAccount(
    usePerson().accounts,
    useLooking((state) => state.accountId),
  );
  if (!account) throw new Error("useAccount without accounts");
  return account;
}

/** The book looked at: spot or futures. */
export function useMarket(): MarketType {
  const chosen = useLooking((state) => state.market);
  const { default_market: usual } = useSettings();
  return chosen ?? usual;
}

/** "Main · песочница": which account, and whether real money moves. */
export function useAccountName(): (account: Account) => string {
  const { t } = useTranslation();
  return (account) => `${account.label} · ${t(`environment.${account.environment}`)}`;
}
