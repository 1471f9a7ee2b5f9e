import { useTranslation } from "react-i18next";
import type { DeadLetter } from "../types";

/** What a letter is, and why it is dead, in words; null where there are none but the machine's. */
export function useWords(): (letter: DeadLetter) => { what: string | null; why: string | null } {
  const { t, i18n } = useTranslation();
  const said = (keys: string[]) => {
    const known = keys.find((key) => i18n.exists(key));
    return known === undefined ? null : t(known);
  };
  return ({ kind, what, why }) => ({
    what: said([`admin.letters.what.${kind}.${what}`]),
    why: said([`admin.letters.why.${why}`, `admin.waiting.${why}`]),
  });
}
