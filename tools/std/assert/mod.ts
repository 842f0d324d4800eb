// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stand-in for `jsr:@std/assert` where JSR cannot be reached: the same code, from npm.
 *
 * @module
 */

// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
