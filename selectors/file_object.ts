// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, _fileobj_to_fd

import { ValueError } from "./errors.ts";
import { repr } from "./_repr.ts";

/**
 * What a selector can be asked to watch: an object with a `fileno()` method (a `Socket`), a
 * `Deno.Listener` or `Deno.Conn`, or the descriptor of one, a number of at least 0.
 *
 * Which of them a selector can really watch is its own affair.
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector.register}
 */
export type FileObj = object | number;

/**
 * Finds the descriptor of a file object.
 *
 * @param fileobj A descriptor, or an object with a `fileno()` method.
 * @returns The descriptor, an integer of at least 0.
 * @throws {ValueError} If `fileobj` is neither, or is closed (its descriptor is negative).
 */
export function descriptorOf(fileobj: FileObj): number {
  const fd = typeof fileobj === "number" ? fileobj : askFileno(fileobj);
  if (!Number.isInteger(fd)) throw new ValueError(`Invalid file object: ${repr(fileobj)}`);
  if (fd < 0) throw new ValueError(`Invalid file descriptor: ${fd}`);
  return fd;
}

/** What `fileobj.fileno()` answers, or `NaN` if there is no such method. */
function askFileno(fileobj: FileObj): number {
  const fileno = (fileobj as { fileno?: unknown } | null)?.fileno;
  return typeof fileno === "function" ? fileno.call(fileobj) : NaN;
}
