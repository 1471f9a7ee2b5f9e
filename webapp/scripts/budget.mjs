// How much script the first load of each page of the build in dist/ costs: the entry and whatever it
// imports statically, gzipped. Fails above the limit.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMITS_BYTES = { "index.html": 200_000, "admin.html": 200_000 };
const dist = join(import.meta.dirname, "..", "dist");

for (const [name, limit] of Object.entries(LIMITS_BYTES)) {
  const page = readFileSync(join(dist, name), "utf8");
  // The build names the entry's static imports as preloads.
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(
    (found) => found[1],
  );
  if (scripts.length === 0) throw new Error(`no script found in dist/${name}`);
  const bytes = scripts.reduce(
    (sum, script) => sum + gzipSync(readFileSync(join(dist, script))).length,
    0,
  );
  const shown = `First load of ${name}: ${(bytes / 1000).toFixed(1)} kB of script, gzipped`;
  process.stdout.write(`${shown} (limit ${limit / 1000} kB)\n`);
  if (bytes > limit) process.exitCode = 1;
}
