// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, _SelectorMapping

import type { FileObj } from "./file_object.ts";
import type { Registration } from "./registration.ts";
import type { SelectorKey } from "./selector_key.ts";

/**
 * The live, read-only view that {@linkcode BaseSelector.getMap} gives: keys are descriptors, in
 * the order of registration, and a key is found by its file object too.
 */
export class SelectorMap<D, F extends FileObj> implements ReadonlyMap<FileObj, SelectorKey<D, F>> {
  readonly #table: ReadonlyMap<number, Registration<D, F>>;
  readonly #find: (fileobj: FileObj) => Registration<D, F> | undefined;

  constructor(
    table: ReadonlyMap<number, Registration<D, F>>,
    find: (fileobj: FileObj) => Registration<D, F> | undefined,
  ) {
    this.#table = table;
    this.#find = find;
  }

  get size(): number {
    return this.#table.size;
  }

  get(fileobj: FileObj): SelectorKey<D, F> | undefined {
    return this.#find(fileobj)?.key;
  }

  has(fileobj: FileObj): boolean {
    return this.#find(fileobj) !== undefined;
  }

  keys(): MapIterator<number> {
    return this.#table.keys();
  }

  *values(): MapIterator<SelectorKey<D, F>> {
    for (const row of this.#table.values()) yield row.key;
  }

  *entries(): MapIterator<[number, SelectorKey<D, F>]> {
    for (const [fd, row] of this.#table) yield [fd, row.key];
  }

  [Symbol.iterator](): MapIterator<[number, SelectorKey<D, F>]> {
    return this.entries();
  }

  forEach(
    callback: (
      key: SelectorKey<D, F>,
      fd: FileObj,
      map: ReadonlyMap<FileObj, SelectorKey<D, F>>,
    ) => void,
    thisArg?: unknown,
  ): void {
    for (const [fd, key] of this) callback.call(thisArg, key, fd, this);
  }
}
