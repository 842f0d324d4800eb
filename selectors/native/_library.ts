// Copyright 2026 the asyncio authors. MIT license.

/**
 * Opening C libraries: what all native selectors and sockets are made of.
 *
 * Facts of Deno 2.9 that this folder rests on.
 *
 * - A call of a library's function costs 3 to 4 ns, 5 more for a `"buffer"`, as long as each argument
 *   has the type declared (a `usize` is a BigInt) and the function comes from the one library opened:
 *   after a second opening the same call costs 110 ns more. So a library is opened once an isolate,
 *   and never closed.
 * - Opening takes about 100 us a function. So each part opens its own functions when it needs them.
 * - To Deno's test sanitizer a library opened inside a test is a leak. Open it outside: a
 *   `new NativeSocket().close()`, say, or a selector that is closed at once.
 *
 * @module
 */

/** The operating systems whose numbers and structures this folder knows. */
export type Platform = "linux" | "darwin";

/** C functions, as `Deno.dlopen` has them. */
export type Functions = Record<string, Deno.ForeignFunction>;

/** The functions of an open library. */
export type Opened<F extends Functions> = Deno.DynamicLibrary<F>["symbols"];

/** Where the C library is, in the order of looking. */
const C_LIBRARIES: Readonly<Record<Platform, readonly string[]>> = {
  linux: ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"],
  darwin: ["libSystem.B.dylib"],
};

/** What only some systems have, and a test can have another library provide. */
export type Facility = "kqueue" | "devpoll" | "epoll_pwait2";

const substitutes = new Map<Facility, string>();

/**
 * For tests: names the library that provides a facility. So a class can be tested where it is not at
 * home, on a stand-in of what this system lacks, or on an older system's lack of what this one has. It
 * takes effect when the facility is first used.
 *
 * @param facility What the library provides.
 * @param path The library's file.
 */
export function substitute(facility: Facility, path: string): void {
  substitutes.set(facility, path);
}

/** The library named by {@linkcode substitute}, if one is. */
export function substituteOf(facility: Facility): string | undefined {
  return substitutes.get(facility);
}

/**
 * The operating system, if it is one of those known here.
 *
 * @param what What is asked for, as it stands in the message.
 * @throws {Deno.errors.NotSupported} If it is another.
 */
export function platformFor(what: string): Platform {
  const { os } = Deno.build;
  if (os === "linux" || os === "darwin") return os;
  throw new Deno.errors.NotSupported(
    `Cannot create ${what}: ${os} is not supported; use Socket and DenoSelector`,
  );
}

/**
 * Opens the C library, or another.
 *
 * @param functions The functions wanted.
 * @param path The library's file; the C library unless given.
 * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing. Nobody is asked for it: a question
 *   would stop a program that runs unattended.
 */
export function openLibrary<const F extends Functions>(functions: F, path?: string): Opened<F> {
  const paths = path === undefined ? C_LIBRARIES[platformFor("native socket or selector")] : [path];
  checkPermission(paths[0]!);
  let failure: unknown;
  for (const candidate of paths) {
    try {
      return Deno.dlopen(candidate, functions).symbols;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function checkPermission(path: string): void {
  if (Deno.permissions.querySync({ name: "ffi" }).state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires ffi access to "${path}", run again with the --allow-ffi flag`,
  );
}
