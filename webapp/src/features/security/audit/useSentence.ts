import { useTranslation } from "react-i18next";

/** An action of the log as a sentence; one that this page doesn't know yet as a neutral one. */
export function useSentence(): (action: string) => string {
  const { t, i18n } = useTranslation();
  return (action) => {
    const key = `security.action.${action}`;
    return i18n.exists(key) ? t(key) : t("security.audit.other");
  };
}
