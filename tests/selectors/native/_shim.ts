// Copyright 2026 the asyncio authors. MIT license.

/**
 * Puts a kqueue and a /dev/poll in the place of those that this system lacks, compiled from `_shim/` by
 * the C compiler, if there is one. See `selectors/native/_library.ts`, `substitute`.
 *
 * @module
 */

import { type Facility, substitute } from "../../../selectors/native/_library.ts";
import { DevpollSelector, KqueueSelector, type NativeSelector } from "@asyncio/asyncio/selectors";

const SOURCE = new URL("_shim/shim.c", import.meta.url).pathname;

/** Compiles the stand-ins. Gives the library's file, or `undefined` without a C compiler. */
function compile(): string | undefined {
  const folder = Deno.makeTempDirSync();
  const library = `${folder}/shim.so`;
  const args = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, SOURCE];
  try {
    const { success, stderr } = new Deno.Command("gcc", { args, stdout: "null" }).outputSync();
    if (success) return library;
    throw new Error(new TextDecoder().decode(stderr));
  } catch (error) {
    Deno.removeSync(folder, { recursive: true });
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The selectors that are tested on a stand-in, with the facility that it provides. */
const GUESTS: readonly [Facility, new () => NativeSelector][] = [
  ["kqueue", KqueueSelector],
  ["devpoll", DevpollSelector],
];

/** Those selectors, ready to be made; none where this system is not Linux, or has no C compiler. */
export function guests(): (new () => NativeSelector)[] {
  const library = Deno.build.os === "linux" ? compile() : undefined;
  if (library === undefined) return [];
  for (const [facility, Selector] of GUESTS) {
    substitute(facility, library);
    // Opens it before the tests.
    new Selector().close();
  }
  Deno.removeSync(new URL(".", `file://${library}`), { recursive: true });
  return GUESTS.map(([, Selector]) => Selector);
}
