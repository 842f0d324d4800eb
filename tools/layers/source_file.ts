// Copyright 2026 the asyncio authors. MIT license.

/**
 * A source file as the layer check sees it: its place in the tree, its imports, its code lines.
 *
 * @module
 */

import { scan, type Scanned, type StringLiteral } from "./scan.ts";

/** The folders that are published, lowest first: a file may import its own and those before. */
export const LAYERS = ["selectors", "coroutines", "asyncio", "distributed"] as const;

/** Published folders beside the layers: they import no other, and no published file imports them. */
export const APART: readonly string[] = ["lint"];

/**
 * The rooms of a layer that has grown past a glance, lowest first: a room may import its own files and
 * those of rooms before it. Files that lie in the layer's own folder stand apart: the circle check
 * alone orders them.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  selectors: ["deno", "native"],
  coroutines: ["turns", "futures", "tasks", "loops"],
  asyncio: [
    "sync",
    "queues",
    "tasks",
    "executors",
    "transports",
    "streams",
    "subprocess",
    "graph",
    "trace",
  ],
};

/** The package's own name, by which everything outside the layers may import it. */
const PACKAGE = "@asyncio/asyncio";

/** How a module is named: in a declaration, or in an `import()` expression or type. */
export type ImportKind = "static" | "dynamic";

/** One import or re-export. */
export interface Import {
  readonly kind: ImportKind;
  /** As written. */
  readonly specifier: string;
  /** Path in the tree, or `null` if the specifier leads out of it. */
  readonly target: string | null;
  /** From 1. */
  readonly line: number;
}

/** A source file, read once. */
export class SourceFile {
  /** Path from the root of the tree, with `/`. */
  readonly path: string;
  /** The source, comments blank and strings masked. */
  readonly code: string;
  /** Imports and re-exports in order, those of types included. */
  readonly imports: readonly Import[];

  constructor(path: string, source: string) {
    const scanned = scan(source);
    this.path = path;
    this.code = scanned.code;
    this.imports = importsOf(path, scanned);
  }

  /** The top folder, or `""` for a file in the root. */
  get folder(): string {
    return folderOf(this.path);
  }

  /** Is this file in the package that users install? */
  get isPublished(): boolean {
    return isPublished(this.path);
  }

  /** Lines in all. */
  get lineCount(): number {
    return this.code.replace(/\n$/, "").split("\n").length;
  }

  /** Lines that hold code. */
  get codeLineCount(): number {
    return this.code.split("\n").filter((line) => line.trim() !== "").length;
  }
}

/** The top folder of a path, or `""` for a file in the root. */
export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

/** The room of a path within its layer, or `""` for a file in the layer's own folder. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? parts[1]! : "";
}

/** Is the file in the package that users install? */
export function isPublished(path: string): boolean {
  return path === "mod.ts" || [...LAYERS, ...APART].includes(folderOf(path));
}

/** The line, from 1, of a character of `code`. */
export function lineAt(code: string, index: number): number {
  return code.slice(0, index).split("\n").length;
}

function importsOf(path: string, { code, strings }: Scanned): Import[] {
  return strings.flatMap((literal) => {
    const kind = importKind(code, literal);
    if (kind === null) return [];
    const { start, value: specifier } = literal;
    return [{ kind, specifier, target: resolve(path, specifier), line: lineAt(code, start) }];
  });
}

/** Tells by the words before a string whether it names a module. */
function importKind(code: string, literal: StringLiteral): ImportKind | null {
  const before = code.slice(Math.max(0, literal.start - 40), literal.start);
  if (/(?:^|[^.\w$])import\s*\(\s*$/.test(before)) return "dynamic";
  return /(?:^|[^.\w$])(?:from|import)\s*$/.test(before) ? "static" : null;
}

function resolve(path: string, specifier: string): string | null {
  if (/^\.{1,2}\//.test(specifier)) return new URL(specifier, `file:///${path}`).pathname.slice(1);
  if (specifier === PACKAGE) return "mod.ts";
  return specifier.startsWith(`${PACKAGE}/`)
    ? `${specifier.slice(PACKAGE.length + 1)}/mod.ts`
    : null;
}
