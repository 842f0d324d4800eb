// Copyright 2026 the asyncio authors. MIT license.

/**
 * Fails if an exported symbol has no documentation, or an exported function or class no example.
 * Run by `deno task ok`; the rules are in `tools/docs/`.
 *
 * @module
 */

import { checkDocs } from "./docs/check.ts";
import { readDocs } from "./docs/read.ts";

const output = await readDocs();
const breaches = checkDocs(output);
for (const breach of breaches) console.error(breach);
const modules = Object.values(output.nodes);
const symbolCount = modules.reduce((total, { symbols }) => total + symbols.length, 0);
console.log(
  `Docs: ${modules.length} entry points, ${symbolCount} exports, ${breaches.length} breaches`,
);
if (breaches.length > 0) Deno.exit(1);
