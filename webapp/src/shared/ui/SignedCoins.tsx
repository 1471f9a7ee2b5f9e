import { tone } from "@/shared/money/format";
import { useFormat } from "@/shared/money/useFormat";

/** Gains and losses by coin, each with its sign and colour; a dash where there is nothing. */
export function SignedCoins({ amounts }: { amounts: Record<string, string> }) {
  const format = useFormat();
  const coins = Object.entries(amounts);
  if (coins.length === 0) return "—";
  return (
    <span className="numbers">
      {coins.map(([coin, amount], index) => (
        <span key={coin}>
          {index > 0 && " · "}
          <span className={tone(amount)}>{format.coins({ [coin]: amount }, true)}</span>
        </span>
      ))}
    </span>
  );
}
