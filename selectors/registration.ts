// Copyright 2026 the asyncio authors. MIT license.

import type { FileObj } from "./file_object.ts";
import type { SelectorKey } from "./selector_key.ts";

/**
 * One row of a selector's table: the current key of one descriptor.
 *
 * A selector that must remember more about each descriptor extends it; see
 * {@linkcode BaseSelector}.
 *
 * @typeParam D Type of the attached data.
 * @typeParam F Type of the file object.
 *
 * @example A row that counts how often its descriptor was ready
 * ```ts
 * import { EVENT_READ, Registration, SelectorKey } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * class CountingRegistration extends Registration<string> {
 *   count = 0;
 * }
 *
 * const row = new CountingRegistration(new SelectorKey(5, 5, EVENT_READ, "data"));
 * row.count++;
 * assertEquals([row.key.data, row.count], ["data", 1]);
 * ```
 *
 * @see {@linkcode BaseSelector}
 */
export class Registration<D = unknown, F extends FileObj = FileObj> {
  /** The current key. Replaced, never changed, by `modify`. */
  key: SelectorKey<D, F>;

  /**
   * Creates a row.
   *
   * @param key The key of the descriptor.
   */
  constructor(key: SelectorKey<D, F>) {
    this.key = key;
  }
}
