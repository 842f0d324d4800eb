// Copyright 2026 the asyncio authors. MIT license.

/** In debug mode: where in the user's program something was made. */

/** Where the library is, whose own lines say nothing to users. */
const LIBRARY = /^.*\/(?=coroutines\/)/.exec(import.meta.url ?? "")?.[0];
const FOLDERS = ["selectors/", "coroutines/", "asyncio/"];

/** How many functions of a stack are taken. */
const DEPTH = 100;

interface Engine {
  captureStackTrace?(target: object, above: unknown): void;
  stackTraceLimit?: number;
}

/** The stack of the running code, from the caller of `above`. Its text is made when it is asked for. */
export function takeStack(above: unknown): { readonly stack?: string } {
  const engine = Error as Engine;
  const limit = engine.stackTraceLimit;
  engine.stackTraceLimit = DEPTH;
  const holder: { stack?: string } = {};
  if (engine.captureStackTrace === undefined) holder.stack = new Error().stack ?? "";
  else engine.captureStackTrace(holder, above);
  if (limit !== undefined) engine.stackTraceLimit = limit;
  return holder;
}

const origins = new WeakMap<object, string>();

/** Notes that an object is being made, for {@linkcode originOf}. */
export function noteOrigin(object: object): void {
  const origin = whereCalled();
  if (origin !== undefined) origins.set(object, origin);
}

/** Where something was made, as `file:line`, as far as that was noted. */
export function originOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? origins.get(value) : undefined;
}

/** The line of the user's program that has called the library, as `file:line`. */
export function whereCalled(): string | undefined {
  const { stack = "" } = takeStack(whereCalled);
  for (const line of stack.split("\n").slice(1)) {
    const place = /\(?(\S+:\d+):\d+\)?$/.exec(line)?.[1];
    if (place !== undefined && isUsers(place)) return place.replace(/^file:\/\//, "");
  }
  return undefined;
}

function isUsers(place: string): boolean {
  // Lines of the host's own, `ext:core/01_core.js:100` say, are nobody's.
  if (/^(?:ext|node):/.test(place)) return false;
  return !FOLDERS.some((folder) => LIBRARY !== undefined && place.startsWith(LIBRARY + folder));
}
