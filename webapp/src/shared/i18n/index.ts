import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { asLanguage } from "@/shared/money/format";
import { deviceMemory } from "@/shared/storage";
import { spokenLanguage } from "@/shared/telegram/launch";
import en from "./en.json";
import ru from "./ru.json";

const KEY = "ebb.language";

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, ru: { translation: ru } },
  lng: asLanguage(deviceMemory.read(KEY) ?? spokenLanguage()),
  fallbackLng: "en",
  interpolation: { escapeValue: false },
});

i18next.on("languageChanged", (language) => {
  document.documentElement.lang = language;
});
document.documentElement.lang = i18next.language;

export function chooseLanguage(language: string): void {
  deviceMemory.write(KEY, language);
  void i18next.changeLanguage(language);
}
