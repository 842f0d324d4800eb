// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, SelectorKey

import type { FileObj } from "./file_object.ts";
import { DENO_INSPECT, NODE_INSPECT, repr } from "./_repr.ts";

/**
 * One registration of a selector: a file object, its descriptor, the events waited for and the
 * data attached. Frozen: a change by `modify` makes a new key.
 *
 * @typeParam D Type of the attached data.
 * @typeParam F Type of the file object.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, EVENT_READ, Socket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new DefaultSelector<string>();
 * using sock = new Socket();
 * const key = selector.register(sock, EVENT_READ, "data");
 * assertEquals([key.fd, key.events, key.data], [sock.fileno(), EVENT_READ, "data"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.SelectorKey}
 */
export class SelectorKey<D = unknown, F extends FileObj = FileObj> {
  /** The file object registered. */
  readonly fileobj: F;
  /** Its descriptor. */
  readonly fd: number;
  /** The mask of the events waited for. */
  readonly events: number;
  /** The data attached at registration. */
  readonly data: D;

  /**
   * Creates a key. Selectors do; users have no need to.
   *
   * @param fileobj The file object registered.
   * @param fd Its descriptor.
   * @param events The mask of the events waited for.
   * @param data The data attached.
   */
  constructor(fileobj: F, fd: number, events: number, data: D) {
    this.fileobj = fileobj;
    this.fd = fd;
    this.events = events;
    this.data = data;
    Object.freeze(this);
  }

  /**
   * The key as text.
   *
   * @returns Python's `repr` of it.
   */
  toString(): string {
    const { fileobj, fd, events, data } = this;
    return `SelectorKey(fileobj=${repr(fileobj)}, fd=${fd}, events=${events}, data=${repr(data)})`;
  }

  /**
   * The same text for `Deno.inspect` and `console.log`.
   *
   * @ignore
   */
  [DENO_INSPECT](): string {
    return this.toString();
  }

  /**
   * The same text for Node's `util.inspect`.
   *
   * @ignore
   */
  [NODE_INSPECT](): string {
    return this.toString();
  }
}
