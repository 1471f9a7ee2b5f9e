import type { Environment } from "./environments";

/** The form's fields, named as in the API. */
export const FIELDS = ["label", "environment", "api_key", "api_secret"] as const;
type Name = (typeof FIELDS)[number];

/** What was typed, without the space around it; the secret's field is empty afterwards. */
export function takeKey(form: HTMLFormElement | null, known: readonly Environment[]) {
  const typed = new FormData(form ?? undefined);
  const text = (name: Name) => String(typed.get(name) ?? "").trim();
  empty(form, "api_secret");
  return {
    label: text("label"),
    environment: known.find((name) => name === text("environment")) ?? "mainnet",
    api_key: text("api_key"),
    api_secret: text("api_secret"),
  };
}

export function empty(form: HTMLFormElement | null, name: Name): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = "";
}
