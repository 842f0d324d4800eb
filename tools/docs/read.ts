// Copyright 2026 the asyncio authors. MIT license.

/**
 * Runs `deno doc` on the package's entry points.
 *
 * @module
 */

import type { DocOutput } from "./doc_nodes.ts";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** What `deno doc` says of every export of the package. */
export async function readDocs(): Promise<DocOutput> {
  const args = ["doc", "--json", ...Object.values(config.exports)];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT })
    .output();
  if (code !== 0) throw new Error(`deno doc failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
