// Copyright 2026 the asyncio authors. MIT license.

/**
 * Rewrites a program so that it tells where it is: every function says when it is entered and left,
 * every statement says its line before it runs. Lines stay where they are.
 *
 * @module
 */

import { parse } from "acorn";
import { transform } from "sucrase";

/** The name under which a program finds what it reports to. */
export const WATCH = "__watch";

/** The name of the frame in each function. */
const FRAME = "__frame";

/** A program that cannot be read. */
export class ProgramError extends SyntaxError {
  override readonly name = "SyntaxError";
  /** The line of the fault, from 1; 0 if it is not known. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** A node of the syntax tree. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number } };
  // Which fields there are, the type tells: ESTree's, as acorn has them.
  // deno-lint-ignore no-explicit-any
  readonly [field: string]: any;
}

/**
 * Makes the body of an async function out of a module in TypeScript.
 *
 * @throws {ProgramError} If it is not valid.
 */
export function instrument(source: string): string {
  const script = withoutTypes(source);
  const module = parseModule(script);
  const body = new Instrumenter(script).program(module);
  return `"use strict"; const ${FRAME} = ${WATCH}.enter("<module>", 1); try { ${body}
} finally { ${WATCH}.leave(${FRAME}); }`;
}

function withoutTypes(source: string): string {
  try {
    return transform(source, {
      transforms: ["typescript"],
      disableESTransforms: true,
      preserveDynamicImport: true,
    }).code;
  } catch (error) {
    throw faultOf(error);
  }
}

function parseModule(script: string): Node {
  try {
    return parse(script, {
      ecmaVersion: "latest",
      sourceType: "module",
      locations: true,
      preserveParens: true,
    }) as unknown as Node;
  } catch (error) {
    throw faultOf(error);
  }
}

function faultOf(error: unknown): ProgramError {
  const { message, loc } = error as Error & { loc?: { line: number } };
  const text = message.replace(/^Error transforming [^:]*: /, "").replace(/ \(\d+:\d+\)$/, "");
  return new ProgramError(text, loc?.line ?? 0);
}

/** Writes a program anew: each node as it stands, but for what is added. */
class Instrumenter {
  readonly #script: string;

  constructor(script: string) {
    this.#script = script;
  }

  program(module: Node): string {
    return this.#children(module, (node) => this.#inList(node));
  }

  /** A node with its children written by `write`, and everything in between as it stands. */
  #children(node: Node, write: (child: Node, field: string) => string): string {
    let text = "";
    let position = node.start;
    for (const [field, child] of childrenOf(node)) {
      // A shorthand property has one text, and two nodes.
      if (child.start < position) continue;
      text += this.#script.slice(position, child.start) + write(child, field);
      position = child.end;
    }
    return text + this.#script.slice(position, node.end);
  }

  #write(node: Node, name = ""): string {
    switch (node.type) {
      case "BlockStatement":
      case "StaticBlock":
        return this.#children(node, (child) => this.#inList(child));
      case "SwitchCase":
        return this.#children(
          node,
          (child, field) => field === "consequent" ? this.#inList(child) : this.#write(child),
        );
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node, node.id?.name ?? name);
      case "ImportDeclaration":
        return this.#import(node);
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        return this.#export(node);
      case "MetaProperty":
        return node.meta.name === "import" ? `${WATCH}.meta` : this.#asItIs(node);
      default:
        return this.#children(node, (child, field) => this.#child(node, child, field));
    }
  }

  /** A child of a statement or an expression. */
  #child(parent: Node, child: Node, field: string): string {
    if (isBranch(parent, field) && child.type !== "BlockStatement") {
      return `{ ${this.#inList(child)} }`;
    }
    if (isLoop(parent) && field === "test") {
      return `(${this.#mark(child)}, ${this.#write(child)})`;
    }
    return this.#write(child, nameFor(parent, field));
  }

  /** A statement among others: it says its line first. */
  #inList(statement: Node): string {
    const says = !/^(Function|Import|Export)/.test(statement.type) &&
      statement.directive === undefined;
    return says ? `${this.#mark(statement)}; ${this.#write(statement)}` : this.#write(statement);
  }

  #mark(node: Node): string {
    return `${FRAME}.at(${node.loc.start.line})`;
  }

  #function(node: Node, name: string): string {
    return this.#children(node, (child, field) => {
      if (field !== "body") return this.#write(child);
      const { line } = node.loc.start;
      if (child.type !== "BlockStatement") {
        return `(${WATCH}.pass(${child.loc.start.line}), ${this.#write(child)})`;
      }
      return `{ const ${FRAME} = ${WATCH}.enter(${JSON.stringify(name)}, ${line}); ` +
        `try ${this.#write(child)} finally { ${WATCH}.leave(${FRAME}); } }`;
    });
  }

  /** The names come from a table of modules; the text keeps its lines. */
  #import(node: Node): string {
    const module = `${WATCH}.module(${JSON.stringify(node.source.value)})`;
    const lines = "\n".repeat(this.#asItIs(node).split("\n").length - 1);
    const names: string[] = [];
    let whole = "";
    for (const { type, local, imported } of node.specifiers as Node[]) {
      if (type === "ImportNamespaceSpecifier") whole += `const ${local.name} = ${module}; `;
      else names.push(`${imported === undefined ? "default" : imported.name}: ${local.name}`);
    }
    return `${whole}const { ${names.join(", ")} } = ${module};${lines}`;
  }

  /** Nobody imports a program: what it exports is declared, and no more. */
  #export(node: Node): string {
    const { declaration } = node;
    if (!declaration) return "\n".repeat(this.#asItIs(node).split("\n").length - 1);
    const between = this.#script.slice(node.start, declaration.start);
    const lines = "\n".repeat(between.split("\n").length - 1);
    const isNamed = /Declaration$/.test(declaration.type) && declaration.id !== null;
    const text = this.#write(declaration, "default");
    return isNamed ? lines + text : `${lines}(${text});`;
  }

  #asItIs(node: Node): string {
    return this.#script.slice(node.start, node.end);
  }
}

/** The nodes right below a node, in the order of the text. */
function childrenOf(node: Node): [field: string, child: Node][] {
  const children: [string, Node][] = [];
  for (const [field, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string" && typeof child.start === "number") {
        children.push([field, child]);
      }
    }
  }
  return children.sort(([, one], [, other]) => one.start - other.start);
}

function isLoop({ type }: Node): boolean {
  return /^(?:For|While|DoWhile|ForIn|ForOf)Statement$/.test(type);
}

/** Whether a child is a statement that needs no braces. */
function isBranch(parent: Node, field: string): boolean {
  if (parent.type === "IfStatement") return field === "consequent" || field === "alternate";
  return isLoop(parent) && field === "body";
}

/** The name that a function without one gets from where it stands. */
function nameFor(parent: Node, field: string): string {
  switch (parent.type) {
    case "VariableDeclarator":
      return field === "init" ? parent.id.name ?? "" : "";
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
      return field === "value" && !parent.computed ? parent.key.name ?? "" : "";
    case "AssignmentExpression":
      return field === "right" ? parent.left.name ?? parent.left.property?.name ?? "" : "";
    default:
      return "";
  }
}
