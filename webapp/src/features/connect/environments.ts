import type { Account } from "@/shared/api/types";

export type Environment = Account["environment"];

/** Where a key can come from; the sandbox's only where the server runs with one. */
export function environmentsOf(server: string): readonly Environment[] {
  return server === "sandbox"
    ? ["sandbox", "mainnet", "testnet", "demo"]
    : ["mainnet", "testnet", "demo"];
}

/** Bybit's page that makes keys of an environment; the sandbox has none. */
export function apiPage(environment: Environment): string | null {
  switch (environment) {
    case "mainnet":
    // Demo trading is a mode of the main site, with keys of its own.
    case "demo":
      return "https://www.bybit.com/app/user/api-management";
    case "testnet":
      return "https://testnet.bybit.com/app/user/api-management";
    case "sandbox":
      return null;
  }
}

/** The name itself, or with the first number that makes it a new one: "Bybit 2". */
export function freeName(name: string, taken: readonly string[]): string {
  const used = new Set(taken.map((one) => one.trim().toLowerCase()));
  let free = name;
  for (let number = 2; used.has(free.toLowerCase()); number += 1) free = `${name} ${number}`;
  return free;
}
