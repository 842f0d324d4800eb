// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the layer check asks of one file by itself.
 *
 * @module
 */

import {
  APART,
  folderOf,
  type Import,
  isPublished,
  LAYERS,
  lineAt,
  roomOf,
  ROOMS,
  type SourceFile,
} from "./source_file.ts";

/** Lines that a published file may have, comments included. */
export const MAX_FILE_LINES = 600;

/** Folders that may name `Deno`: the lowest layer, and the plugin for `deno lint`. */
export const HOST_FOLDERS: readonly string[] = ["selectors", "lint"];

/** Files of other folders that may. */
export const HOST_FILES: readonly string[] = [
  "asyncio/_environment.ts",
  "asyncio/_net.ts",
  "asyncio/executors/_host.ts",
  "asyncio/graph/_host.ts",
  "asyncio/subprocess/_host.ts",
  "asyncio/trace/_host.ts",
  "distributed/_host.ts",
];

/** The one folder that may depend on others' packages, and on which: exact versions. */
export const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  distributed: ["npm:@nats-io/transport-node@3.4.0", "npm:@nats-io/jetstream@3.4.0"],
};

/** Messages of the form `file:line: rule`, one for each breach. */
export function checkFile(file: SourceFile): string[] {
  return [...checkImports(file), ...(file.isPublished ? checkPublishedCode(file) : [])];
}

function* checkImports(file: SourceFile): Generator<string> {
  for (const entry of file.imports) {
    const breach = entry.target === null
      ? outsideBreach(file, entry)
      : crossingBreach(file, entry.target, entry);
    if (breach !== null) yield `${file.path}:${entry.line}: ${breach}`;
  }
}

/** Published sources have no dependency: what the host alone has, they import when they need it. */
function outsideBreach(file: SourceFile, { kind, specifier }: Import): string | null {
  if (!file.isPublished || (kind === "dynamic" && specifier.startsWith("node:"))) return null;
  if (DEPENDENCIES[file.folder]?.includes(specifier)) return null;
  return `published sources have no dependencies, but this imports "${specifier}"`;
}

function crossingBreach(file: SourceFile, target: string, { specifier }: Import): string | null {
  if (file.isPublished && !specifier.startsWith(".")) {
    return `published sources import each other by path, not as "${specifier}"`;
  }
  const apart = apartFolder(file, target);
  if (apart !== undefined) return `${apart}/ stands apart: no import leads out of it or into it`;
  if (file.isPublished && folderOf(target) !== file.folder && folderOf(target) in DEPENDENCIES) {
    return `${folderOf(target)}/ has dependencies: only those who ask for it are to have them`;
  }
  if (isUpward(file, target)) {
    return `upward import of ${target}: the order is ${LAYERS.join(" <- ")} <- mod.ts <- the rest`;
  }
  const rooms = ROOMS[file.folder];
  if (rooms !== undefined && folderOf(target) === file.folder) {
    return roomBreach(rooms, roomOf(file.path), roomOf(target), target);
  }
  const crosses = folderOf(target) !== file.folder && isPublished(target);
  if (!crosses || file.folder === "tests") return null;
  if (file.folder === "examples" && specifier.startsWith(".")) {
    return `examples import the package by its name, not as "${specifier}"`;
  }
  if (isInternal(target)) return `${target} is internal to ${folderOf(target)}/`;
  return target.endsWith("/mod.ts") || target === "mod.ts"
    ? null
    : `${target} is imported from outside ${folderOf(target)}/: go through its mod.ts`;
}

/** The folder apart from the layers out of which, or into which, an import of published code leads. */
function apartFolder(file: SourceFile, target: string): string | undefined {
  if (!file.isPublished || folderOf(target) === file.folder) return undefined;
  return [file.folder, folderOf(target)].find((folder) => APART.includes(folder));
}

/** What is wrong with an import from one room of a layer into another. */
function roomBreach(
  rooms: readonly string[],
  from: string,
  to: string,
  target: string,
): string | null {
  for (const room of [from, to]) {
    if (room !== "" && !rooms.includes(room)) return `${room}/ is no room of the layer`;
  }
  if (from === "" || to === "" || rooms.indexOf(to) <= rooms.indexOf(from)) return null;
  return `import of ${target} from a lower room: the order is ${rooms.join(" <- ")}`;
}

/** Is `target` above the file? The layers lie under `mod.ts`, and `mod.ts` under all the rest. */
function isUpward(file: SourceFile, target: string): boolean {
  return height(file.path) < height(target);
}

function height(path: string): number {
  if (!isPublished(path)) return LAYERS.length + 1;
  return path === "mod.ts" ? LAYERS.length : LAYERS.findIndex((layer) => layer === folderOf(path));
}

/** Does any part of the path begin with `_`? */
function isInternal(path: string): boolean {
  return path.split("/").some((part) => part.startsWith("_"));
}

function* checkPublishedCode(file: SourceFile): Generator<string> {
  if (file.lineCount > MAX_FILE_LINES) {
    yield `${file.path}: ${file.lineCount} lines, more than ${MAX_FILE_LINES}: split the file`;
  }
  // A declaration, so not `using = 1`, a variable that happens to have the name.
  for (const line of linesWith(file, /(?<![.\w$])using\s+(?!of\b|in\b)[\w$]+\s*(?:[:=]|of\b)/g)) {
    yield `${file.path}:${line}: published sources declare nothing by "using"`;
  }
  if (mayNameDeno(file)) return;
  for (const line of linesWith(file, /(?<![\w$])Deno(?![\w$])/g)) {
    const hosts = [...HOST_FOLDERS.map((folder) => `${folder}/`), ...HOST_FILES].join(", ");
    yield `${file.path}:${line}: only ${hosts} may name Deno`;
  }
}

function mayNameDeno(file: SourceFile): boolean {
  return HOST_FOLDERS.includes(file.folder) || HOST_FILES.includes(file.path);
}

/** The lines, each once, on which `pattern` matches code. */
function linesWith(file: SourceFile, pattern: RegExp): Set<number> {
  return new Set(file.code.matchAll(pattern).map((match) => lineAt(file.code, match.index)));
}
