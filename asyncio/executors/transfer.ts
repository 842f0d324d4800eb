// Copyright 2026 the asyncio authors. MIT license.

const TRANSFER: unique symbol = Symbol.for("asyncio.transfer") as never;

/** A value that is moved, as far as `transferables` reach, and not copied. */
export interface Transfer {
  readonly [TRANSFER]: { readonly value: unknown; readonly transferables: Transferable[] };
}

/**
 * Has an argument or a result moved to the other thread, and not copied: in the same time, however large
 * it is. The buffers and ports named are of no more use here.
 *
 * For threads. Processes share no memory: a `ProcessPoolExecutor` refuses it.
 *
 * @typeParam T Type of the value.
 * @param value The argument, or what a function returns.
 * @param transferables The parts of it to be moved: `ArrayBuffer`s and `MessagePort`s.
 * @returns Something that stands for the value where it is submitted or returned.
 * @throws {TypeError} If `transferables` is no array.
 *
 * @example Usage
 * ```ts
 * import { ThreadPoolExecutor, transfer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * const data = new Uint8Array([1, 2, 3]);
 * const sum = pool.submit(
 *   (bytes: Uint8Array) => bytes.reduce((a, b) => a + b),
 *   transfer(data, [data.buffer]),
 * );
 * assertEquals(await sum, 6);
 * assertEquals(data.length, 0);
 * ```
 *
 * @see {@link https://developer.mozilla.org/docs/Web/API/Web_Workers_API/Transferable_objects}
 */
export function transfer<T>(value: T, transferables: Transferable[]): T {
  if (!Array.isArray(transferables)) {
    throw new TypeError("transfer() needs the list of what is to be moved");
  }
  return { [TRANSFER]: { value, transferables } } satisfies Transfer as T;
}

/** What {@linkcode transfer} holds; `null` of any other value. */
export function transferOf(
  value: unknown,
): { readonly value: unknown; readonly transferables: Transferable[] } | null {
  if (typeof value !== "object" || value === null) return null;
  return (value as Partial<Transfer>)[TRANSFER] ?? null;
}
