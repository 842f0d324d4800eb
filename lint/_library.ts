// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the library is to a file that uses it: by which specifiers it is imported, what its exports
 * are, what its classes have.
 *
 * @module
 */

import { parentOf } from "./_scope.ts";
import type { Shape } from "./_shape.ts";
import { CLASSES, FUNCTIONS } from "./_table.ts";

/** `@asyncio/asyncio`, from JSR or by way of an import map, in any version, by any entry point. */
const SPECIFIER =
  /(?:^|[:/])@asyncio\/asyncio(?:[@/]|$)|(?:^|[:/])@jsr\/asyncio__asyncio(?:[@/]|$)/;

/** Whether an import of this specifier is one of the library. */
export function isLibrary(specifier: unknown): boolean {
  return typeof specifier === "string" && SPECIFIER.test(specifier);
}

/** Whether a file can import the library at all: a look at its text spares all others the rest. */
export function mentionsLibrary(text: string): boolean {
  return text.includes("@asyncio/asyncio") || text.includes("@jsr/asyncio__asyncio");
}

/** The exported name that an import declares, `"*"` for all of them, `undefined` for none. */
export function importedBy(declaration: Deno.lint.Identifier): string | undefined {
  const specifier = parentOf(declaration)!;
  const isNamespace = specifier.type === "ImportNamespaceSpecifier";
  if (!isNamespace && specifier.type !== "ImportSpecifier") return undefined;
  const { parent } = specifier;
  if (parent.type !== "ImportDeclaration" || !isLibrary(parent.source.value)) return undefined;
  if (isNamespace) return "*";
  const { imported } = specifier;
  return imported.type === "Identifier" ? imported.name : imported.value;
}

/** What an exported name stands for. It means the same in every entry point. */
export function exported(name: string): Shape {
  if (name === "*" || name === "coroutines" || name === "selectors") return { library: true };
  if (Object.hasOwn(FUNCTIONS, name)) return FUNCTIONS[name]!;
  return Object.hasOwn(CLASSES, name) ? { class: name } : null;
}

/** What a value is whose type is annotated by an exported name, with one type argument or none. */
export function ofType(name: string, argument: Shape): Shape {
  if (name === "CoroutineObject") return { coroutine: argument };
  if (name === "Coroutine") return { generator: argument };
  return Object.hasOwn(CLASSES, name) ? name : null;
}

/** A member of an instance of an exported class. */
export function memberOf(className: string, member: string): Shape {
  for (let name: string | undefined = className; name !== undefined;) {
    const { members, extends: base }: typeof CLASSES[string] = CLASSES[name]!;
    if (Object.hasOwn(members, member)) return members[member]!;
    name = base;
  }
  return null;
}

/** Whether the value is a `Future`, or of a class that extends it. */
export function isFuture(shape: Shape): boolean {
  if (typeof shape !== "string") return false;
  return shape === "Future" || isFuture(CLASSES[shape]?.extends ?? null);
}
