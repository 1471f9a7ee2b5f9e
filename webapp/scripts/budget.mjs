// How much script the first load of the build in dist/ costs: the entry and whatever it imports
// statically, gzipped. Fails above the limit.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 200_000;
const dist = join(import.meta.dirname, "..", "dist");
const page = readFileSync(join(dist, "index.html"), "utf8");
// The build names the entry's static imports as preloads.
const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(
  (found) => found[1],
);
if (scripts.length === 0) throw new Error("no script found in dist/index.html");

const bytes = scripts.reduce(
  (sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length,
  0,
);
const shown = `First load: ${(bytes / 1000).toFixed(1)} kB of script, gzipped`;
process.stdout.write(`${shown} (limit ${LIMIT_BYTES / 1000} kB)\n`);
if (bytes > LIMIT_BYTES) process.exitCode = 1;
