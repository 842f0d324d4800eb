// Copyright 2026 the asyncio authors. MIT license.

/**
 * What an expression stands for, told from the file alone: imports of the library, `new`, calls,
 * annotations, destructuring, fields. What is not told plainly is unknown.
 *
 * @module
 */

import { annotated, shapeOfType } from "./_annotation.ts";
import { exported, importedBy, isLibrary, memberOf } from "./_library.ts";
import { keyOf, memberNamed } from "./_members.ts";
import { once } from "./_once.ts";
import {
  declarationOf,
  type FunctionNode,
  isClass,
  isFunction,
  type Node,
  parentOf,
} from "./_scope.ts";
import {
  awaited,
  callableOf,
  delegated,
  isLazy,
  type LocalType,
  partOf,
  type Shape,
} from "./_shape.ts";

type Expression = Deno.lint.Expression;

/** What an expression stands for. */
export function shapeOf(node: Node): Shape {
  return once(node, () => inferred(node as Expression));
}

/** Whether a function is a generator coroutine, or may be one for all that it says of itself. */
export function mayBeCoroutine(fn: FunctionNode): boolean {
  return fn.generator && !fn.async && isLazy(resultOf(fn));
}

function inferred(node: Expression): Shape {
  switch (node.type) {
    case "Identifier": {
      const declaration = declarationOf(node);
      return declaration === undefined ? null : shapeOfTarget(declaration);
    }
    case "ThisExpression":
      return shapeOfThis(node);
    case "MemberExpression":
      return shapeOfMember(node);
    case "CallExpression":
      return callableOf(shapeOf(node.callee))?.gives ?? null;
    case "NewExpression":
      return instanceOf(shapeOf(node.callee));
    case "AwaitExpression":
      return awaited(shapeOf(node.argument));
    case "YieldExpression":
      return node.delegate ? delegated(shapeOf(node.argument!)) : null;
    case "ImportExpression":
      return node.source.type === "Literal" && isLibrary(node.source.value)
        ? { promise: { library: true } }
        : null;
    case "ChainExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return shapeOf(node.expression);
    case "TSAsExpression":
    case "TSTypeAssertion":
      return shapeOfType(node.typeAnnotation);
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return { gives: resultOf(node) };
    case "ClassExpression":
      return { class: node };
    default:
      return null;
  }
}

/** What a pattern, an identifier as a rule, receives: by its annotation, or by where it stands. */
function shapeOfTarget(target: Node): Shape {
  return once(target, () => {
    const annotation = annotated(target);
    return annotation === undefined ? shapeByPlace(target) : annotation;
  });
}

function shapeByPlace(target: Node): Shape {
  const place = parentOf(target)!;
  if (isFunction(place)) {
    return place.id === target ? { gives: resultOf(place) } : shapeOfParameter(place, target);
  }
  switch (place.type) {
    case "ImportSpecifier":
    case "ImportNamespaceSpecifier":
      return exported(importedBy(place.local) ?? "");
    case "VariableDeclarator":
      return place.init === null ? null : shapeOf(place.init);
    case "ClassDeclaration":
    case "ClassExpression":
      return { class: place };
    case "AssignmentPattern":
      return shapeOfTarget(place) ?? shapeOf(place.right);
    case "ArrayPattern":
      return partOf(shapeOfTarget(place), (place.elements as Node[]).indexOf(target));
    case "Property":
      return member(shapeOfTarget(place.parent), keyOf(place));
    default:
      return null;
  }
}

/** A parameter without annotation, of a function that is written where the library takes it. */
function shapeOfParameter(fn: FunctionNode, parameter: Node): Shape {
  const call = parentOf(fn);
  if (call?.type !== "CallExpression") return null;
  const callee = callableOf(shapeOf(call.callee));
  const place = (call.arguments as Node[]).indexOf(fn);
  const index = (fn.params as Node[]).indexOf(parameter);
  if (callee?.enters && place === 1 && index === 0) return entered(shapeOf(call.arguments[0]!));
  return place === 0 ? callee?.callback?.[index] ?? null : null;
}

/** What entering a context manager gives. */
function entered(manager: Shape): Shape {
  return delegated(callableOf(member(manager, "aenter"))?.gives ?? null);
}

/** What a call of a function gives, or an unannotated one's that can be nothing else. */
function resultOf(fn: FunctionNode | Deno.lint.TSMethodSignature): Shape {
  const annotation = fn.returnType?.typeAnnotation;
  if (annotation !== undefined) return shapeOfType(annotation);
  if (fn.type === "TSMethodSignature") return null;
  if (fn.generator) return fn.async ? null : { generator: null };
  if (fn.async) return { promise: null };
  const isExpression = fn.type === "ArrowFunctionExpression" && fn.body.type !== "BlockStatement";
  return isExpression ? shapeOf(fn.body) : null;
}

/**
 * An instance of the class around, also in functions in between: the bodies given to `asyncWith()`
 * have its `this`. The methods of an object have their own.
 */
function shapeOfThis(node: Node): Shape {
  for (let outer = parentOf(node); outer !== null; outer = parentOf(outer)) {
    if (isClass(outer)) return { instance: outer };
    if (isFunction(outer) && outer.type !== "ArrowFunctionExpression" && isObjects(outer)) break;
  }
  return null;
}

/** Whether a function is a member of an object literal. */
function isObjects(fn: FunctionNode): boolean {
  return parentOf(fn)?.type === "Property";
}

function shapeOfMember(node: Deno.lint.MemberExpression): Shape {
  const { object, property } = node;
  if (property.type === "PrivateIdentifier") return shapeOfPrivate(node, `#${property.name}`);
  if (node.computed || property.type !== "Identifier") return null;
  return member(shapeOf(object), property.name);
}

/** A private member, whatever it is one of: the class is the innermost around that declares it. */
function shapeOfPrivate(node: Node, name: string): Shape {
  for (let outer = parentOf(node); outer !== null; outer = parentOf(outer)) {
    if (isClass(outer) && memberNamed(outer, name)) return memberOfLocal(outer, name);
  }
  return null;
}

/** A member of a value. */
function member(owner: Shape, name: string | undefined): Shape {
  if (owner === null || name === undefined || Array.isArray(owner)) return null;
  if (typeof owner === "string") return memberOf(owner, name);
  if ("library" in owner) return exported(name);
  return "instance" in owner ? memberOfLocal(owner.instance, name) : null;
}

/** A member of an instance of a type of the file; of a class, inherited ones too. */
function memberOfLocal(owner: LocalType, name: string): Shape {
  const found = memberNamed(owner, name);
  if (found === undefined) {
    const base = isClass(owner) ? owner.superClass : null;
    return base === null ? null : member(instanceOf(shapeOf(base)), name);
  }
  switch (found.type) {
    case "Identifier":
      return shapeOfTarget(found);
    case "TSPropertySignature":
      return annotated(found) ?? null;
    case "PropertyDefinition": {
      const annotation = annotated(found);
      return annotation === undefined && found.value ? shapeOf(found.value) : annotation ?? null;
    }
    case "MethodDefinition":
      return found.kind === "get" ? resultOf(found.value) : { gives: resultOf(found.value) };
    case "TSMethodSignature":
      return found.kind === "get" ? resultOf(found) : { gives: resultOf(found) };
  }
}

function instanceOf(shape: Shape): Shape {
  if (shape === null || typeof shape !== "object" || !("class" in shape)) return null;
  return typeof shape.class === "string" ? shape.class : { instance: shape.class };
}
