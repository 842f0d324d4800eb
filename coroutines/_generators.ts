// Copyright 2026 the asyncio authors. MIT license.

/** Tells functions and objects apart by what the engine has made of them. */

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;
const AsyncFunction = Object.getPrototypeOf(async function () {}) as object;

/** What all generators inherit from. */
export const GeneratorPrototype: object = (GeneratorFunction as { prototype: object }).prototype;

/** What generators share with all other iterators. */
export const IteratorPrototype: object = Object.getPrototypeOf(GeneratorPrototype);

// These stand for all of a kind in `instanceof`, which the engine answers faster than any question.
const GeneratorObject = function () {} as unknown as new () => Generator<unknown, unknown, unknown>;
GeneratorObject.prototype = GeneratorPrototype;

const GeneratorFunctionObject = function () {} as unknown as new () => object;
GeneratorFunctionObject.prototype = GeneratorFunction;
const AsyncFunctionObject = function () {} as unknown as new () => object;
AsyncFunctionObject.prototype = AsyncFunction;

/** Whether a value is a generator, as calling a `function*` gives. */
export function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return value instanceof GeneratorObject;
}

/** Whether calling a function does nothing yet: it is a `function*`. */
export function isGeneratorFunction(fn: object): boolean {
  return fn instanceof GeneratorFunctionObject;
}

/** Whether a function is an `async` one. */
export function isAsyncFunction(fn: object): boolean {
  return fn instanceof AsyncFunctionObject;
}

/** Whether a value can be awaited natively. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
