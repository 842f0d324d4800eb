// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a value is by its annotation.
 *
 * @module
 */

import { importedBy, ofType } from "./_library.ts";
import { once } from "./_once.ts";
import { declarationOf, isClass, type Node, parentOf } from "./_scope.ts";
import type { Shape } from "./_shape.ts";

type TypeNode = Deno.lint.TypeNode;
type Annotated = { readonly typeAnnotation?: Deno.lint.TSTypeAnnotation | undefined };

/** What a variable, a parameter or a field is by its annotation; `undefined` if it has none. */
export function annotated(node: Node): Shape | undefined {
  const annotation = (node as Annotated).typeAnnotation;
  return annotation ? shapeOfType(annotation.typeAnnotation) : undefined;
}

/** What a value of a type is. */
export function shapeOfType(type: TypeNode): Shape {
  return once(type, () => inferred(type));
}

function inferred(type: TypeNode): Shape {
  switch (type.type) {
    case "TSTypeReference":
      return shapeOfReference(type);
    case "TSTypeLiteral":
      return { instance: type };
    case "TSTupleType":
      return type.elementTypes.map((element) =>
        shapeOfType(element.type === "TSNamedTupleMember" ? element.elementType : element)
      );
    case "TSFunctionType": {
      const result = type.returnType?.typeAnnotation;
      return result ? { gives: shapeOfType(result) } : null;
    }
    case "TSTypeOperator":
      return type.operator === "readonly" ? shapeOfType(type.typeAnnotation) : null;
    case "TSUnionType": {
      const known = new Set(type.types.map(shapeOfType).filter((shape) => shape !== null));
      return known.size === 1 ? [...known][0]! : null;
    }
    default:
      return null;
  }
}

function shapeOfReference(type: Deno.lint.TSTypeReference): Shape {
  const { typeName, typeArguments } = type;
  const first = typeArguments?.params[0];
  const argument = first === undefined ? null : shapeOfType(first);
  if (typeName.type === "TSQualifiedName") {
    return isNamespace(typeName.left) ? ofType(typeName.right.name, argument) : null;
  }
  if (typeName.type !== "Identifier") return null;
  const declaration = declarationOf(typeName);
  if (declaration === undefined) {
    return typeName.name === "Promise" ? { promise: argument } : null;
  }
  const place = parentOf(declaration)!;
  if (isClass(place) || place.type === "TSInterfaceDeclaration") return { instance: place };
  if (place.type === "TSTypeAliasDeclaration") return shapeOfType(place.typeAnnotation);
  return ofType(importedBy(declaration) ?? "", argument);
}

/** Whether a name is that of the library as a whole: `asyncio` of `asyncio.Queue`. */
function isNamespace(name: Deno.lint.TSQualifiedName["left"]): boolean {
  const declaration = name.type === "Identifier" ? declarationOf(name) : undefined;
  return declaration !== undefined && importedBy(declaration) === "*";
}
