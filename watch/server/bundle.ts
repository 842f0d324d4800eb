// Copyright 2026 the asyncio authors. MIT license.

import { createTask, fromPromise, gather } from "@asyncio/asyncio";
import type { Coroutine } from "@asyncio/asyncio";
import { fileURLToPath } from "node:url";
import { type Asset, asset } from "./assets.ts";
import { readChapters } from "./chapters.ts";

const PAGE = new URL("../page/", import.meta.url);

/** What is made of TypeScript: the page's script, and the worker's. */
const SCRIPTS: Readonly<Record<string, URL>> = {
  "/page.js": new URL("main.ts", PAGE),
  "/worker.js": new URL("../worker/main.ts", import.meta.url),
};

/** What is sent as it is. */
const FILES: Readonly<Record<string, URL>> = {
  "/": new URL("index.html", PAGE),
  "/style.css": new URL("style.css", PAGE),
  "/icon.svg": new URL("icon.svg", PAGE),
};

/** Everything that the page consists of, by path. */
export function* bundlePage(): Coroutine<Map<string, Asset>> {
  const files = Object.entries(FILES).map(([path, url]) => () => readFile(path, url));
  const scripts = Object.entries(SCRIPTS).map(([path, url]) => createTask(bundle(path, url)));
  const made = yield* gather(...scripts, ...files.map((read) => createTask(read)));
  const chapters = yield* fromPromise(readChapters());
  const all = [...made, asset("/chapters.json", JSON.stringify(chapters))];
  return new Map(all.map((one) => [one.path, one]));
}

async function readFile(path: string, url: URL): Promise<Asset> {
  return asset(path, await Deno.readFile(url));
}

/** Deno's own bundler, in a process of its own. */
function* bundle(path: string, entry: URL): Coroutine<Asset> {
  const command = new Deno.Command(Deno.execPath(), {
    // The library tells the names of its classes.
    args: ["bundle", "--quiet", "--platform=browser", "--keep-names", fileURLToPath(entry)],
    cwd: fileURLToPath(PAGE),
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  });
  const { success, stdout, stderr } = yield* fromPromise(command.output());
  if (!success) throw new Error(`Cannot bundle ${path}: ${new TextDecoder().decode(stderr)}`);
  return asset(path, stdout);
}
