import i18next from "i18next";
import { describe, expect, it } from "vitest";
import type { Job } from "@/shared/api/types";
import en from "@/shared/i18n/en";
import ru from "@/shared/i18n/ru";
import { formatsIn } from "@/shared/money/useFormat";
import { aJob, aLeg } from "./examples";
import { headlineOf, receiptText, summaryText } from "./receiptText";

async function telling(language: "en" | "ru") {
  const i18n = i18next.createInstance();
  const t = await i18n.init({
    lng: language,
    showSupportNotice: false,
    resources: { en: { translation: en }, ru: { translation: ru } },
    interpolation: { escapeValue: false },
  });
  return { t, format: formatsIn(language), account: "Main" };
}

const restored = aJob({
  kind: "restore",
  percent: "100",
  receipt: {
    ...aJob().receipt,
    effective_percent: "100",
    unprotected: ["ETHUSDT"],
    round_trip: {
      price_effect: { USDT: "15" },
      fees: { USDT: "2.7" },
      funding: { USDT: "-0.3" },
      net: { USDT: "12" },
    },
  } as Job["receipt"],
});

describe("a receipt as text", () => {
  it("tells what was done, for how much, in which time", async () => {
    const text = receiptText(aJob(), await telling("en"));
    expect(text).toContain("Ebb · Reduce by 25\u00a0%\nReduced by 25\u00a0%\nMain · Futures · ");
    expect(text).toContain("Traded: 640.12 USD");
    expect(text).toContain("Fees: 0.35 USDT");
    expect(text).toContain("Took: 4 sec\nAcknowledged in: 120 ms\nFilled in: 340 ms");
    expect(text).toContain("BTCUSDT: filled, 0.01 at 64,012.33");
    expect(text).toContain(`Job ${aJob().id}`);
  });

  it("puts trouble first and says why", async () => {
    const short = aLeg({
      symbol: "XRPUSDT",
      state: "partially_filled",
      qty_filled: "5",
      qty_planned: "8",
      avg_price: "0.5",
      reason_text: "Too little liquidity.",
      seq: 1,
    });
    const text = receiptText(aJob({ legs: [aLeg(), short] }), await telling("en"));
    expect(text).toContain("XRPUSDT: partly filled, 5 of 8 at 0.5. Too little liquidity.\nBTCUSDT");
  });

  it("tells a restore's round trip with signs, in Russian too", async () => {
    const text = receiptText(restored, await telling("ru"));
    expect(text).toContain("Позиции возвращены");
    expect(text).toContain("Цена: +15,00 USDT");
    expect(text).toContain("Комиссии туда и обратно: −2,70 USDT");
    expect(text).toContain("Фандинг (оценка): −0,30 USDT");
    expect(text).toContain("Итог паузы: +12,00 USDT");
    expect(text).toContain("Без стоп-лосса или тейк-профита: ETHUSDT");
  });

  it("has a headline for how it ended", async () => {
    const english = await telling("en");
    const unsent = aJob({ state: "cancelled", started_at: null, legs: [], receipt: null });
    expect(headlineOf(unsent, english)).toBe("Cancelled, nothing was sent");
    expect(headlineOf(aJob({ state: "partially_completed", percent: "50" }), english)).toBe(
      "Reduced by 25\u00a0% of 50\u00a0%",
    );
  });

  it("is short for a chat", async () => {
    expect(summaryText(restored, await telling("en"))).toBe(
      "Ebb · Restore 100\u00a0%\nPositions restored\nTraded: 640.12 USD\nRound trip: +12.00 USDT",
    );
  });
});
