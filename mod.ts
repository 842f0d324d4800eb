// Copyright 2026 the asyncio authors. MIT license.

/**
 * Python's whole async stack as one module: `asyncio` itself under its own names, and the two
 * layers that it stands on as namespaces, {@linkcode selectors} and {@linkcode coroutines}.
 *
 * @example Usage
 * ```ts
 * import { type Coroutine, gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* fetchData(url: string): Coroutine<string> {
 *   yield* sleep(0.001);
 *   return `Data from ${url}`;
 * }
 *
 * await run(function* () {
 *   const data = yield* gather(fetchData("a"), fetchData("b"));
 *   assertEquals(data, ["Data from a", "Data from b"]);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio.html}
 *
 * @module
 */

export * from "./asyncio/mod.ts";
export * as selectors from "./selectors/mod.ts";
export * as coroutines from "./coroutines/mod.ts";
