import { decimal } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";
import { rounded } from "./cost";

/** "+412.35 USDT": a gain or a loss in one coin, in the reader's language. */
export function useCoinText() {
  const format = useFormat();
  return (coin: string, amount: string) => {
    const text = rounded(amount, coin);
    return `${decimal(text).gt(0) ? "+" : ""}${format.number(text)}\u00a0${coin}`;
  };
}
