// Copyright 2026 the asyncio authors. MIT license.

import type { SelectorKey } from "./selector_key.ts";

/**
 * One row of a selector's table: the current key of one descriptor.
 *
 * A selector that must remember more about each descriptor extends it; see
 * {@linkcode BaseSelector}.
 *
 * @typeParam D Type of the attached data.
 */
export class Registration<D = unknown> {
  /** The current key. Replaced, never changed, by `modify`. */
  key: SelectorKey<D>;

  /**
   * Creates a row.
   *
   * @param key The key of the descriptor.
   */
  constructor(key: SelectorKey<D>) {
    this.key = key;
  }
}
