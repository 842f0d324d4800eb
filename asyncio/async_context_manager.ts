// Copyright 2026 the asyncio authors. MIT license.

import type { Awaitable } from "../coroutines/mod.ts";

/**
 * What `asyncWith()` enters and exits: Python's asynchronous context manager.
 *
 * @typeParam T Type of what entering gives.
 *
 * @see {@link https://docs.python.org/3/reference/datamodel.html#asynchronous-context-managers}
 */
export interface AsyncContextManager<T> {
  /** Enters, and gives the value for the body. */
  aenter(): Awaitable<T>;
  /**
   * Exits.
   *
   * @param error What the body threw; `undefined` if it came to its end. A body that is closed before
   *   its end, as Python's `close()` does, has thrown a `GeneratorExit`.
   * @returns Something that gives `true` to swallow the error.
   */
  aexit(error?: unknown): Awaitable<boolean | void>;
}
