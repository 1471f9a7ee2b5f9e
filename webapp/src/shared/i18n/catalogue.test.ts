import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

type Tree = { [key: string]: string | Tree };
const plural = /_(one|few|many|other)$/;
const SOURCES = join(import.meta.dirname, "../..");

function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = `${prefix}${key}`;
    if (typeof value === "string") found.set(path, value);
    else for (const [inner, text] of flatten(value, `${path}.`)) found.set(inner, text);
  }
  return found;
}

const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
const base = (keys: Iterable<string>) => new Set([...keys].map((key) => key.replace(plural, "")));

function sources(): string {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("test"))
    .map((name) => readFileSync(join(SOURCES, name), "utf8"))
    .join("\n");
}

/** All texts of a language, those that come with their screens too. */
function catalogue(language: string): Map<string, string> {
  const folder = join(import.meta.dirname, language);
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Tree);
  return new Map(texts.flatMap((tree) => [...flatten(tree)]));
}

describe("the two catalogues", () => {
  const english = catalogue("en");
  const russian = catalogue("ru");

  it("have the same keys", () => {
    expect(base(russian.keys())).toEqual(base(english.keys()));
  });

  it("have the same placeholders", () => {
    for (const [key, text] of english) {
      const other = russian.get(key);
      if (other !== undefined) expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });

  it("have every key that the sources name, and none that they don't", () => {
    const code = sources();
    const quoted = [...code.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((match) => match[1] ?? "");
    const known = base(english.keys());
    expect(quoted.filter((key) => !known.has(key))).toEqual([]);
    // Named as a whole, or built: `job.state.${…}` names everything that begins like it.
    const built = [...code.matchAll(/[`"]([\w.]+\.)\$\{/g)].map((match) => match[1] ?? "");
    const named = (key: string) =>
      code.includes(`"${key}"`) || built.some((start) => key.startsWith(start));
    expect([...known].filter((key) => !named(key))).toEqual([]);
  });
});
