// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a linter, which knows no types, can know of a value all the same: its shape.
 *
 * @module
 */

/** A class that the file declares. */
export type LocalClass = Deno.lint.ClassDeclaration | Deno.lint.ClassExpression;

/** A type that the file declares, or writes where it is meant. */
export type LocalType = LocalClass | Deno.lint.TSInterfaceDeclaration | Deno.lint.TSTypeLiteral;

/**
 * What is known of a value: `null` for nothing, a string for an instance of that class of the
 * library, an array for a tuple.
 */
export type Shape =
  | null
  | string
  | readonly Shape[]
  | Lazy
  | Callable
  | { readonly promise: Shape }
  | { readonly class: string | LocalClass }
  | { readonly instance: LocalType }
  | { readonly library: true };

/**
 * What does nothing until it is driven, and what it gives then: a coroutine object of the library's,
 * for `yield*` and `await`, or the plain object of a `function*`, for `yield*` only.
 */
export type Lazy = { readonly coroutine: Shape } | { readonly generator: Shape };

/** A function. */
export interface Callable {
  /** What a call gives. */
  readonly gives: Shape;
  /** Whether it takes a coroutine function as its first argument, and refuses a promise there. */
  readonly starts?: true;
  /** Whether it enters its first argument, and hands what that gives to the second, a function. */
  readonly enters?: true;
  /** What its first argument, a function, is called with. */
  readonly callback?: readonly Shape[];
}

/** A class of the library, or an interface. */
export interface LibraryClass {
  /** The class that it extends, by name. */
  readonly extends?: string;
  /** Its own methods and properties, those of which anything is known. */
  readonly members: Readonly<Record<string, Shape>>;
}

/** Whether the value does nothing until it is driven. */
export function isLazy(shape: Shape): shape is Lazy {
  return hasKey(shape, "coroutine") || hasKey(shape, "generator");
}

/** Whether the value is a plain generator object, which `await` hands back as it is. */
export function isGenerator(shape: Shape): shape is { readonly generator: Shape } {
  return hasKey(shape, "generator");
}

/** Whether the value is a native promise. */
export function isPromise(shape: Shape): shape is { readonly promise: Shape } {
  return hasKey(shape, "promise");
}

/** The function that the value is, or `undefined`. */
export function callableOf(shape: Shape): Callable | undefined {
  return hasKey(shape, "gives") ? shape as Callable : undefined;
}

/** What `await` makes of a value. */
export function awaited(shape: Shape): Shape {
  if (hasKey(shape, "coroutine")) return (shape as { coroutine: Shape }).coroutine;
  return isPromise(shape) ? shape.promise : null;
}

/** What `yield*` makes of a value. */
export function delegated(shape: Shape): Shape {
  return isGenerator(shape) ? shape.generator : isPromise(shape) ? null : awaited(shape);
}

/** What the `index`th part of a tuple is. */
export function partOf(shape: Shape, index: number): Shape {
  return Array.isArray(shape) ? shape[index] ?? null : null;
}

function hasKey(shape: Shape, key: string): boolean {
  return typeof shape === "object" && shape !== null && key in shape;
}
