// Copyright 2026 the asyncio authors. MIT license.

/**
 * Finds where a name is declared. A lint plugin is given syntax only, without scopes, so they are
 * looked for from the inside out, and what each declares is kept.
 *
 * A `var` counts where it stands: that it reaches out of its block matters to nobody here.
 *
 * @module
 */

import type { LocalClass } from "./_shape.ts";

/** A node of the tree; the host's own type has forgotten one. */
export type Node = Deno.lint.Node | Deno.lint.TSParameterProperty;

type Identifier = Deno.lint.Identifier;

/** A function of any form, with a body or without. */
export type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression
  | Deno.lint.TSDeclareFunction
  | Deno.lint.TSEmptyBodyFunctionExpression;

const declarations = new WeakMap<Node, ReadonlyMap<string, Identifier>>();

/** The identifier that declares the name used, or `undefined` if the file declares none. */
export function declarationOf(use: Identifier): Identifier | undefined {
  for (let scope = parentOf(use); scope !== null; scope = parentOf(scope)) {
    const declaration = declaredIn(scope).get(use.name);
    if (declaration !== undefined) return declaration;
  }
  return undefined;
}

/** Whether an expression is the same whenever it is evaluated: a literal, `this`, a constant. */
export function isConstant(node: Node): boolean {
  if (node.type === "Literal" || node.type === "ThisExpression") return true;
  const declaration = node.type === "Identifier" ? declarationOf(node) : undefined;
  return declaration !== undefined && declaresConstant(parentOf(declaration)!);
}

function declaresConstant(place: Node): boolean {
  switch (place.type) {
    case "VariableDeclaration":
      return place.kind === "const";
    case "ImportSpecifier":
    case "ImportNamespaceSpecifier":
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return true;
    case "VariableDeclarator":
    case "ArrayPattern":
    case "ObjectPattern":
    case "Property":
      return declaresConstant(place.parent);
    default:
      return false;
  }
}

/** The node around a node; `null` around the whole file. */
export function parentOf(node: Node): Node | null {
  return (node as { parent?: Node | null }).parent ?? null;
}

/** Whether the node is a function. */
export function isFunction(node: Node): node is FunctionNode {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "TSDeclareFunction":
    case "TSEmptyBodyFunctionExpression":
      return true;
    default:
      return false;
  }
}

/** Whether the node is a class. */
export function isClass(node: Node): node is LocalClass {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

function declaredIn(scope: Node): ReadonlyMap<string, Identifier> {
  let found = declarations.get(scope);
  if (found === undefined) {
    found = new Map([...identifiersOf(scope)].map((id) => [id.name, id]));
    declarations.set(scope, found);
  }
  return found;
}

/** The identifiers that a scope declares. */
function* identifiersOf(scope: Node): Generator<Identifier> {
  if (isFunction(scope)) {
    if (scope.id) yield scope.id;
    for (const parameter of scope.params) yield* inPattern(parameter);
    return;
  }
  switch (scope.type) {
    case "Program":
    case "BlockStatement":
    case "TSModuleBlock":
      for (const statement of scope.body) yield* declaredBy(statement);
      return;
    case "SwitchStatement":
      for (const { consequent } of scope.cases) {
        for (const statement of consequent) yield* declaredBy(statement);
      }
      return;
    case "ForStatement":
      if (scope.init !== null) yield* declaredBy(scope.init);
      return;
    case "ForInStatement":
    case "ForOfStatement":
      yield* declaredBy(scope.left);
      return;
    case "CatchClause":
      if (scope.param !== null) yield* inPattern(scope.param);
      return;
    case "ClassDeclaration":
    case "ClassExpression":
      if (scope.id !== null) yield scope.id;
  }
}

/** The identifiers that a statement declares in the scope around it. */
function* declaredBy(statement: Node): Generator<Identifier> {
  switch (statement.type) {
    case "ImportDeclaration":
      for (const { local } of statement.specifiers) yield local;
      return;
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      if (statement.declaration !== null) yield* declaredBy(statement.declaration);
      return;
    case "VariableDeclaration":
      for (const { id } of statement.declarations) yield* inPattern(id);
      return;
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSImportEqualsDeclaration":
      if (statement.id !== null) yield statement.id;
  }
}

/** The identifiers of a pattern: of a parameter, or of what a declaration takes apart. */
function* inPattern(pattern: Node | null): Generator<Identifier> {
  switch (pattern?.type) {
    case "Identifier":
      yield pattern;
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) yield* inPattern(element);
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) yield* inPattern(property);
      return;
    case "Property":
      yield* inPattern(pattern.value);
      return;
    case "AssignmentPattern":
      yield* inPattern(pattern.left);
      return;
    case "RestElement":
      yield* inPattern(pattern.argument);
      return;
    case "TSParameterProperty":
      yield* inPattern(pattern.parameter);
  }
}
