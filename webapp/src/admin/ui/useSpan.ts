import { useTranslation } from "react-i18next";
import { span } from "./span";

/** "4 s", "3 min", "2 h": a time's length in words. */
export function useSpan(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) => {
    const { unit, count } = span(seconds);
    return t(`admin.span.${unit}`, { count });
  };
}
