// Copyright 2026 the asyncio authors. MIT license.

import { iscoroutinefunction, repr } from "../../coroutines/mod.ts";
import { type ModuleFunctionPlace, originalOf, placeOf } from "./module_function.ts";

/** A function as it travels to a worker: the place to import it from, or its text. */
export type Source =
  | ({ readonly kind: "module" } & ModuleFunctionPlace)
  | { readonly kind: "text"; readonly text: string; readonly name: string };

const GeneratorFunction = Object.getPrototypeOf(function* () {});
const AsyncGeneratorFunction = Object.getPrototypeOf(async function* () {});
const AsyncFunction = Object.getPrototypeOf(async function () {});

const known = new WeakMap<object, Source>();

/** The sources of texts, for the functions that a loop makes anew each time: workers know them by it. */
const byText = new Map<string, Source>();

/** How many texts are kept. */
const MAX_TEXTS = 1000;

/**
 * How a function travels.
 *
 * @throws {TypeError} If it cannot: bound, native and generator functions, classes.
 */
export function sourceOf(fn: unknown, user = "submit()"): Source {
  if (typeof fn !== "function") {
    throw new TypeError(`a callable object was expected by ${user}, got ${repr(fn)}`);
  }
  const seen = known.get(fn);
  if (seen !== undefined) return seen;
  const refusal = whyNot(originalOf(fn) as CallableFunction);
  if (refusal !== null) throw new TypeError(`Cannot run ${repr(fn)} in a worker: ${refusal}`);
  const place = placeOf(fn);
  const source: Source = place === null ? textSource(fn) : { kind: "module", ...place };
  known.set(fn, source);
  return source;
}

function textSource(fn: CallableFunction): Source {
  const text = Function.prototype.toString.call(fn);
  const seen = byText.get(text);
  if (seen !== undefined && seen.name === fn.name) return seen;
  const source: Source = { kind: "text", text, name: fn.name };
  if (byText.size === MAX_TEXTS) byText.clear();
  byText.set(text, source);
  return source;
}

/** The name of a function, for messages. */
export function nameOf(source: Source): string {
  return source.name === "" ? "<lambda>" : source.name;
}

function whyNot(fn: CallableFunction): string | null {
  const prototype = Object.getPrototypeOf(fn);
  if (prototype === GeneratorFunction || prototype === AsyncGeneratorFunction) {
    return "it is a generator function; a worker has no loop to drive it";
  }
  if (iscoroutinefunction(fn) && prototype !== AsyncFunction) {
    return "it is a coroutine function; a worker has no loop to drive it";
  }
  const text = Function.prototype.toString.call(fn);
  if (/^class\b/.test(text)) return "it is a class; submit a function that makes an object of it";
  if (!/\{\s*\[native code\]\s*\}$/.test(text)) return null;
  return fn.name.startsWith("bound ")
    ? "it is a bound function, and what it is bound to cannot travel; submit the function with its " +
      "arguments, or moduleFunction(import.meta, fn)"
    : "it is a native function, which has no text; submit a function that calls it";
}
