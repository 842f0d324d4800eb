// Copyright 2026 the asyncio authors. MIT license.

// Runs a script, in Node, in a context that has only what browsers have: no process, no setImmediate,
// no SharedArrayBuffer, and so neither AsyncLocalStorage nor a thread that may block.

import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { createContext, runInContext } from "node:vm";

const names = [
  "AbortController",
  "AbortSignal",
  "MessageChannel",
  "TextDecoder",
  "TextEncoder",
  "clearTimeout",
  "console",
  "performance",
  "queueMicrotask",
  "setTimeout",
];
const context = createContext(Object.fromEntries(names.map((name) => [name, globalThis[name]])));
runInContext("delete globalThis.SharedArrayBuffer", context);
runInContext(readFileSync(argv[2], "utf8"), context);
await context.done;
// A MessageChannel that listens keeps Node alive, as it does not a page.
exit();
