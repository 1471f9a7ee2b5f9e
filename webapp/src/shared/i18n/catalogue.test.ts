import { describe, expect, it } from "vitest";
import en from "./en.json";
import ru from "./ru.json";

type Tree = { [key: string]: string | Tree };
const plural = /_(one|few|many|other)$/;

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

describe("the two catalogues", () => {
  const english = flatten(en);
  const russian = flatten(ru);

  it("have the same keys", () => {
    expect(base(russian.keys())).toEqual(base(english.keys()));
  });

  it("have the same placeholders", () => {
    for (const [key, text] of english) {
      const other = russian.get(key);
      if (other !== undefined) expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });
});
