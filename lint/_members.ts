// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a class, an interface or an object type of the file declares under a name.
 *
 * @module
 */

import { isClass, type Node } from "./_scope.ts";
import type { LocalType } from "./_shape.ts";

/** What declares a member: a field, a method, or a parameter of the constructor. */
export type Member =
  | Deno.lint.PropertyDefinition
  | Deno.lint.MethodDefinition
  | Deno.lint.TSPropertySignature
  | Deno.lint.TSMethodSignature
  | Deno.lint.Identifier;

/** The member of a name, a private one's with its `#`; inherited ones apart. */
export function memberNamed(owner: LocalType, name: string): Member | undefined {
  return [...membersOf(owner)].find((member) =>
    (member.type === "Identifier" ? member.name : keyOf(member)) === name
  );
}

/** The name of a property, a private one's with its `#`; `undefined` if it is computed. */
export function keyOf({ key, computed }: { key: Node; computed: boolean }): string | undefined {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (computed) return undefined;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : undefined;
}

function* membersOf(owner: LocalType): Generator<Member> {
  if (!isClass(owner)) {
    for (const signature of owner.type === "TSTypeLiteral" ? owner.members : owner.body.body) {
      if (signature.type === "TSPropertySignature" || signature.type === "TSMethodSignature") {
        yield signature;
      }
    }
    return;
  }
  for (const element of owner.body.body) {
    if (element.type === "PropertyDefinition") yield element;
    else if (element.type !== "MethodDefinition") continue;
    else if (element.kind !== "constructor") yield element;
    else for (const parameter of element.value.params) yield* fieldOf(parameter);
  }
}

/** The field that a parameter of a constructor makes: `constructor(readonly queue: Queue)`. */
function* fieldOf(parameter: Deno.lint.Parameter): Generator<Deno.lint.Identifier> {
  if (parameter.type !== "TSParameterProperty") return;
  const { parameter: inner } = parameter;
  const target = inner.type === "AssignmentPattern" ? inner.left : inner;
  if (target.type === "Identifier") yield target;
}
