import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCES = join(import.meta.dirname, "..");
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, code: readFileSync(join(SOURCES, name), "utf8") }));

function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:from|import\()\s*"(@\/[^"]+)"/g)].map((match) => match[1] ?? "");
}

/** "features/desk" of "features/desk/scope.ts" and of "@/features/desk/scope". */
function layerOf(path: string): string {
  const [first = "", second = ""] = path.replace("@/", "").split(/[\\/]/);
  return first === "features" ? `${first}/${second}` : first;
}

describe("imports", () => {
  it("go from the pages to features to shared, never back and never between features", () => {
    const pages = ["app", "admin", "main.tsx"];
    const allowed = (from: string, to: string) =>
      to === from ||
      to === "shared" ||
      (pages.includes(from) && to !== "admin" && (from !== "admin" || to !== "app"));
    const wrong = files.flatMap(({ name, code }) =>
      importsOf(code)
        .filter((target) => !allowed(layerOf(name.split(sep).join("/")), layerOf(target)))
        .map((target) => `${name} → ${target}`),
    );
    expect(files.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it("lead to Telegram's SDK from shared/telegram alone", () => {
    const direct = files.filter(
      ({ name, code }) => code.includes('"@tma.js/') && !name.includes(`shared${sep}telegram`),
    );
    expect(direct.map(({ name }) => name)).toEqual(["app/boundaries.test.ts".replace("/", sep)]);
  });
});
