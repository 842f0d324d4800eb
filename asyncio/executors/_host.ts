// Copyright 2026 the asyncio authors. MIT license.

/**
 * What executors need of the host: its built-in modules, its family of errors, and for child processes
 * what this process was started with.
 */

import { permissionFlags, resolutionFlags } from "./_flags.ts";

/**
 * A module that the host brings with it.
 *
 * @throws {Deno.errors.NotSupported} If it has none of that name, as in a browser.
 */
export function builtin<T>(name: string, user: string): T {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  const module = process?.getBuiltinModule?.(name);
  if (module === undefined) {
    throw notSupported(`${user} needs ${name}, which this host does not have`);
  }
  return module as T;
}

function notSupported(message: string): Error {
  return typeof Deno === "undefined" ? new Error(message) : new Deno.errors.NotSupported(message);
}

/** The classes of errors that the host has for itself, by name. */
export function hostErrors(): Record<string, { readonly prototype: object }> {
  return typeof Deno === "undefined" ? {} : Deno.errors;
}

/** How many processors there are. */
export function cpuCount(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** What starts another Deno that reads its program from its standard input. */
export interface DenoCommand {
  readonly path: string;
  readonly args: readonly string[];
}

let command: DenoCommand | null = null;

/**
 * The command line of a Deno with the permissions of this one, which resolves imports as this one does.
 *
 * @throws {Deno.errors.NotSupported} If this is no Deno, or a compiled program.
 */
export function denoCommand(): DenoCommand {
  if (typeof Deno === "undefined") {
    throw notSupported("ProcessPoolExecutor needs Deno to start its processes");
  }
  if (Deno.build.standalone) {
    throw notSupported("ProcessPoolExecutor needs Deno, which a compiled program does not have");
  }
  return command ??= { path: Deno.execPath(), args: denoArgs() };
}

function denoArgs(): string[] {
  const own = ownArgs();
  const flags = permissionFlags(own, (descriptor) => {
    const { state, partial } = Deno.permissions.querySync(descriptor as Deno.PermissionDescriptor);
    return state === "granted" ? (partial ? "partly" : "granted") : "no";
  });
  return ["run", "--quiet", "--no-prompt", ...flags, ...resolutionFlags(own, configOfProgram), "-"];
}

/**
 * The arguments of this process. A program is not told those for Deno itself; the system knows them, and
 * lets Deno look if it has all permissions: a child has, which we may start.
 */
function ownArgs(): string[] {
  const path = `/proc/${Deno.pid}/cmdline`;
  if (Deno.build.os !== "linux") return [];
  try {
    return Deno.readTextFileSync(path).split("\0");
  } catch {
    const script = `Deno.stdout.writeSync(Deno.readFileSync(${JSON.stringify(path)}))`;
    const { stdout } = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-config", script],
      stderr: "null",
    }).outputSync();
    return new TextDecoder().decode(stdout).split("\0");
  }
}

/** The configuration file that Deno has found by itself, beside the program or above it. */
function configOfProgram(): string | null {
  let main = "";
  try {
    main = Deno.mainModule;
  } catch {
    return null;
  }
  if (!main.startsWith("file:")) return null;
  for (let folder = new URL(".", main);; folder = new URL("..", folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const file = new URL(name, folder);
      if (isFile(file)) return decodeURIComponent(file.pathname);
    }
    if (folder.pathname === "/") return null;
  }
}

function isFile(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
