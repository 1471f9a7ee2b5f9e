import type { Account, Me, Settings } from "@/shared/api/types";

/** The person with the changed account; a new default is the only one. */
export function withAccount(me: Me, changed: Account): Me {
  return {
    ...me,
    accounts: me.accounts.map((account) => {
      if (account.id === changed.id) return changed;
      return changed.is_default ? { ...account, is_default: false } : account;
    }),
  };
}

/** The person without the account; the server names another default. */
export function withoutAccount(me: Me, id: string): Me {
  return { ...me, accounts: me.accounts.filter((account) => account.id !== id) };
}

/** The settings with a refused change taken back, except what was chosen anew since. */
export function takenBack(
  settings: Settings,
  refused: Partial<Settings>,
  before: Settings,
): Settings {
  const shown = new Map<string, unknown>(Object.entries(settings));
  const back = new Set(
    Object.entries(refused)
      .filter(([name, value]) => shown.get(name) === value)
      .map(([name]) => name),
  );
  const old = Object.entries(before).filter(([name]) => back.has(name));
  return { ...settings, ...Object.fromEntries(old) };
}
