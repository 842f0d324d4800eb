// Copyright 2026 the asyncio authors. MIT license.

/** Where a function is found by any program that can import its module. */
export interface ModuleFunctionPlace {
  /** The URL of the module. */
  readonly url: string;
  /** The name by which the module exports it. */
  readonly name: string;
}

const PLACE: unique symbol = Symbol.for("asyncio.moduleFunction") as never;

/**
 * Says where a function comes from, so that a worker can import it: then it may use whatever its
 * module does, imports included.
 *
 * What travels is the URL of the module and the name of the export. The worker imports the module, which
 * runs once in each worker: a main program starts itself only `if (import.meta.main)`.
 *
 * @typeParam A Types of the arguments.
 * @typeParam R Type of what the function returns.
 * @param meta The `import.meta` of the module that exports the function.
 * @param fn The function.
 * @param name The name by which it is exported. Default: that of the function.
 * @returns A function to be submitted. Called, it does what `fn` does, here.
 * @throws {TypeError} If it is no function, or has no name.
 *
 * @example Usage
 * ```ts
 * import { moduleFunction, ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * // Any module that both can import; most often that of the function itself: `import.meta`.
 * const url = "data:text/javascript,const two = 2; export function double(n) { return two * n; }";
 * const { double } = await import(url);
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * assertEquals(await pool.submit(moduleFunction({ url }, double), 21), 42);
 * ```
 *
 * @example In a program
 * ```ts ignore
 * import { moduleFunction, ProcessPoolExecutor } from "@asyncio/asyncio";
 *
 * export function isPrime(n: number): boolean {
 *   for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
 *   return n > 1;
 * }
 *
 * if (import.meta.main) {
 *   await using pool = new ProcessPoolExecutor();
 *   console.log(await pool.submit(moduleFunction(import.meta, isPrime), 1_000_003));
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/multiprocessing.html#the-spawn-and-forkserver-start-methods}
 */
export function moduleFunction<A extends unknown[], R>(
  meta: { readonly url: string },
  fn: (...args: A) => R,
  name: string = fn?.name,
): (...args: A) => R {
  if (typeof fn !== "function") {
    throw new TypeError("moduleFunction() needs import.meta and an exported function");
  }
  if (typeof meta?.url !== "string") {
    throw new TypeError("moduleFunction() needs the import.meta of the function's module");
  }
  if (name === "") {
    throw new TypeError("moduleFunction() needs a function with a name: that of its export");
  }
  const placed = (...args: A) => fn(...args);
  const place: ModuleFunctionPlace = { url: meta.url, name };
  Object.defineProperties(placed, { name: { value: fn.name }, [PLACE]: { value: place } });
  originals.set(placed, fn);
  return placed;
}

/** The functions that {@linkcode moduleFunction} was given, by what it made of them. */
const originals = new WeakMap<object, unknown>();

/** The place of what {@linkcode moduleFunction} made; `null` of any other function. */
export function placeOf(fn: object): ModuleFunctionPlace | null {
  return (fn as { [PLACE]?: ModuleFunctionPlace })[PLACE] ?? null;
}

/** The function itself, of what {@linkcode moduleFunction} made. */
export function originalOf(fn: object): unknown {
  return originals.get(fn) ?? fn;
}
