// Copyright 2026 the asyncio authors. MIT license.

/**
 * Fails if an import goes upward, in a circle or past a `mod.ts`, or if a published file does what
 * published files must not. Run by `deno task ok`; the rules are in `tools/layers/`.
 *
 * @module
 */

import { checkLayers, coreLineCount, MAX_CORE_LINES } from "./layers/check.ts";
import { APART, LAYERS, SourceFile } from "./layers/source_file.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = [...LAYERS, ...APART, "examples", "tests", "bench", "tools", "watch"];

function readTree(): SourceFile[] {
  const paths = ["mod.ts", ...FOLDERS.flatMap((folder) => [...sourcesIn(folder)])].sort();
  return paths.map((path) => new SourceFile(path, Deno.readTextFileSync(new URL(path, ROOT))));
}

function* sourcesIn(folder: string): Generator<string> {
  for (const entry of entriesOf(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && entry.name !== "node_modules") yield* sourcesIn(path);
    else if (/\.(?:ts|js|mjs)$/.test(entry.name)) yield path;
  }
}

function entriesOf(folder: string): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync(new URL(folder, ROOT))];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

const files = readTree();
const breaches = checkLayers(files);
for (const breach of breaches) console.error(breach);
console.log(
  `Layers: ${files.length} files, coroutines/ ${coreLineCount(files)} of ${MAX_CORE_LINES} ` +
    `code lines, ${breaches.length} breaches`,
);
if (breaches.length > 0) Deno.exit(1);
