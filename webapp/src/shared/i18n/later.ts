import i18next from "i18next";

/** Texts that come with the screens that need them, in both languages. */
export function addTexts(texts: { ru: object; en: object }): void {
  for (const language of ["ru", "en"] as const) {
    i18next.addResourceBundle(language, "translation", texts[language], true, true);
  }
}
