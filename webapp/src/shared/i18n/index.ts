import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { asLanguage, type Language } from "@/shared/money/format";
import { deviceMemory } from "@/shared/storage";
import { spokenLanguage } from "@/shared/telegram/launch";
import en from "./en";
import ru from "./ru";

// Before anybody signed in, the language of the last time holds on this device.
const KEY = "ebb.language";

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, ru: { translation: ru } },
  lng: asLanguage(deviceMemory.read(KEY) ?? spokenLanguage()),
  fallbackLng: "en",
  interpolation: { escapeValue: false },
  showSupportNotice: false,
});

i18next.on("languageChanged", (language) => {
  document.documentElement.lang = language;
});
document.documentElement.lang = i18next.language;

/** Speak the chosen language; null: the one that Telegram (or the browser) speaks. */
export function followLanguage(chosen: Language | null): void {
  if (chosen) deviceMemory.write(KEY, chosen);
  else deviceMemory.forget(KEY);
  const language = chosen ?? asLanguage(spokenLanguage());
  if (language !== i18next.language) void i18next.changeLanguage(language);
}
