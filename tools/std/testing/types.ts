// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stand-in for `jsr:@std/testing/types` where JSR cannot be reached: what the tests use of it.
 *
 * @module
 */

/** Accepts only `true`: a check of types that the compiler makes and that costs nothing to run. */
export function assertType<_T extends true>(_expected: true): void {}

/** `true` if `T` and `U` are the same type, to the letter. */
export type IsExact<T, U> = (<V>() => V extends T ? 1 : 2) extends (<V>() => V extends U ? 1 : 2)
  ? true
  : false;

/** `true` if a `U` can be used where a `T` is wanted. */
export type Has<T, U> = IsAny<T> extends true ? true : [U] extends [T] ? true : false;

/** `true` if `T` is `any`. */
export type IsAny<T> = 0 extends (1 & T) ? true : false;

/** `true` if `T` is `never`. */
export type IsNever<T> = [T] extends [never] ? true : false;
