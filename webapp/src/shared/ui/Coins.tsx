import { useTranslation } from "react-i18next";
import { asLanguage, formatCoins } from "@/shared/money/format";

interface Props {
  /** Amounts by coin, decimals as text. */
  amounts: Record<string, string>;
  /** A plus before gains. */
  signed?: boolean;
}

/** "12.5 USDT · −0.0001 BTC"; a dash where there is nothing. */
export function Coins({ amounts, signed = false }: Props) {
  const { i18n } = useTranslation();
  return <span className="numbers">{formatCoins(amounts, asLanguage(i18n.language), signed)}</span>;
}
