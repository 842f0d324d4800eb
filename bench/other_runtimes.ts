// Copyright 2026 the asyncio authors. MIT license.

/**
 * Node and Bun, as far as they are here: Node on the `PATH`, Bun as the npm package of its executable,
 * which Deno fetches.
 *
 * @module
 */

const BUN = "@oven/bun-linux-x64";
const BUN_VERSION = "1.4.5";

/** A program that runs JavaScript. */
export interface Runtime {
  readonly path: string;
  readonly version: string;
}

let bun: Runtime | null | undefined;
let node: Runtime | null | undefined;

/** Node, or `null` if there is none. */
export function findNode(): Runtime | null {
  return node ??= runtimeAt("node");
}

/** Bun, or `null` where it cannot be had. */
export function findBun(): Runtime | null {
  return bun ??= fetchBun();
}

function fetchBun(): Runtime | null {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return null;
  if (outputOf(Deno.execPath(), "cache", "--quiet", `npm:${BUN}@${BUN_VERSION}`) === null) {
    return null;
  }
  const { npmCache } = JSON.parse(outputOf(Deno.execPath(), "info", "--json")!);
  for (const { name } of Deno.readDirSync(npmCache)) {
    const found = runtimeAt(`${npmCache}/${name}/${BUN}/${BUN_VERSION}/bin/bun`);
    if (found !== null) return found;
  }
  return null;
}

function runtimeAt(path: string): Runtime | null {
  const version = outputOf(path, "--version");
  return version === null ? null : { path, version: version.trim() };
}

function outputOf(path: string, ...args: string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command(path, { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch {
    return null;
  }
}
