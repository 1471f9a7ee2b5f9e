import i18next from "i18next";
import { renderToStaticMarkup } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { beforeAll, describe, expect, test } from "vitest";
import en from "@/shared/i18n/en/admin.json";
import type { Limits } from "../types";
import { LimitsPanel } from "./LimitsPanel";

beforeAll(async () => {
  await i18next
    .use(initReactI18next)
    .init({ resources: { en: { translation: en } }, lng: "en", showSupportNotice: false });
});

const QUIET: Limits = {
  budget: 550,
  addresses: [{ name: "default", used: 0, banned_ms: 0 }],
  buckets: [],
  more: 0,
  refused_keys: 0,
};

/** Of accounts that nobody knows any more. */
function buckets(count: number): Limits["buckets"] {
  return Array.from({ length: count }, (_, number) => ({
    id: `${number}:order/create:linear`,
    account_id: null,
    endpoint: "order/create",
    category: "linear",
    used: 1,
    size: 10,
    blocked_ms: 0,
  }));
}

function shown(limits: Partial<Limits>): string {
  return renderToStaticMarkup(<LimitsPanel limits={{ ...QUIET, ...limits }} />);
}

describe("the limits", () => {
  test("each address has its own budget and ban", () => {
    const page = shown({
      addresses: [
        { name: "workers", used: 0, banned_ms: 60_000 },
        { name: "web", used: 7, banned_ms: 0 },
      ],
    });
    expect(page).toContain("Address workers");
    expect(page).toContain("7 / 550");
    expect(page.match(/role="alert"/g)).toHaveLength(1);
  });

  test("nothing is left out silently", () => {
    expect(shown({ buckets: buckets(12) })).not.toContain("more");
    expect(shown({ buckets: buckets(15) })).toContain("and 3 more");
    expect(shown({ buckets: buckets(15), more: 40 })).toContain("and 43 more");
    const addresses = Array.from({ length: 14 }, (_, number) => ({
      name: `a${number}`,
      used: 0,
      banned_ms: 0,
    }));
    expect(shown({ addresses })).toContain("and 2 more");
  });
});
