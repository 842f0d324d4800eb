// Copyright 2026 the asyncio authors. MIT license.

/**
 * Writes `lint/_table.ts`, by which the lint plugin knows the library's coroutine functions. Run it
 * (`deno task lint:table`) when a test says that the table is out of date.
 *
 * @module
 */

import { readDocs } from "./docs/read.ts";
import { deriveTable, tableSource } from "./lint/table.ts";

const ROOT = new URL("../", import.meta.url);
const TABLE = new URL("lint/_table.ts", ROOT);

await Deno.writeTextFile(TABLE, tableSource(deriveTable(await readDocs())));
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["fmt", "--quiet", TABLE.pathname],
  cwd: ROOT,
}).output();
if (code !== 0) throw new Error("deno fmt failed");
