// Copyright 2026 the asyncio authors. MIT license.

/**
 * Derives the lint plugin's table from what `deno doc --json` says of the package's exports: which
 * functions and methods give coroutines, which take functions, and what leads from one to another.
 *
 * @module
 */

import type {
  Declaration,
  Definition,
  DocMethod,
  DocOutput,
  DocParameter,
  DocProperty,
  DocType,
  FunctionType,
  Signature,
} from "../docs/doc_nodes.ts";

/** What is known of a value, as `lint/_shape.ts` explains. */
export type Shape =
  | null
  | string
  | readonly Shape[]
  | { readonly coroutine: Shape }
  | { readonly generator: Shape }
  | Callable;

/** What is known of a function. */
export interface Callable {
  readonly gives: Shape;
  readonly starts?: true;
  readonly enters?: true;
  readonly callback?: readonly Shape[];
}

/** What is known of a class, or of an interface. */
export interface LibraryClass {
  readonly extends?: string;
  readonly members: Readonly<Record<string, Shape>>;
}

/** The whole table: of each exported name what helps to find a dropped coroutine. */
export interface Table {
  readonly functions: Readonly<Record<string, Callable>>;
  readonly classes: Readonly<Record<string, LibraryClass>>;
}

/** Methods that give a coroutine which somebody drives already. */
const NOT_FRESH: readonly string[] = ["Task.getCoro"];

/** Classes that the documentation leaves out, and what they are to those who use them. */
const HIDDEN_BASES: Readonly<Record<string, string>> = { Driver: "Future" };

/** The table for a package. */
export function deriveTable(docs: DocOutput): Table {
  return new Derivation(docs).table();
}

/** The source of `lint/_table.ts`, before formatting. */
export function tableSource({ functions, classes }: Table): string {
  return `// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the library exports, as far as it helps to find a dropped coroutine: made from its
 * documentation by \`deno task lint:table\`, and held to it by a test.
 *
 * @module
 */

import type { Callable, LibraryClass } from "./_shape.ts";

/** A method or function that gives a coroutine object, and no more is known. */
const COROUTINE: Callable = ${literal(COROUTINE)};
/** The same for a plain generator object. */
const GENERATOR: Callable = ${literal(GENERATOR)};

/** Functions: those that give something known, and those that take functions. */
export const FUNCTIONS: Readonly<Record<string, Callable>> = {
${entries(functions)}
};

/** Classes and interfaces, with their members of known shape. */
export const CLASSES: Readonly<Record<string, LibraryClass>> = {
${entries(classes)}
};
`;
}

const COROUTINE: Callable = { gives: { coroutine: null } };
const GENERATOR: Callable = { gives: { generator: null } };

/** Properties, a line each: the formatter breaks those that are too long. */
function entries(table: object): string {
  return Object.entries(table).map(([name, value]) => `  ${name}: ${named(value)},`).join("\n");
}

/** A literal in one line, its frequent parts by their names. */
function named(value: unknown): string {
  return literal(value)
    .replaceAll(literal(COROUTINE), "COROUTINE")
    .replaceAll(literal(GENERATOR), "GENERATOR");
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** Reads types with the exports of one package at hand. */
class Derivation {
  readonly #declarations = new Map<string, Declaration[]>();
  /** Classes that a shape may name: those with a member of known shape, and futures. */
  #classes = new Set(["Future"]);

  constructor(docs: DocOutput) {
    if (docs.version !== 2) throw new Error(`Cannot read deno doc, format ${docs.version}`);
    for (const { name, declarations } of Object.values(docs.nodes).flatMap((m) => m.symbols)) {
      this.#declarations.set(name, [...this.#declarations.get(name) ?? [], ...declarations]);
    }
  }

  table(): Table {
    // A class is worth naming if a member leads to one that is: so until no more are found.
    for (let size = 0; size < this.#classes.size;) {
      size = this.#classes.size;
      for (const name of this.#names()) if (this.#isTelling(name)) this.#classes.add(name);
    }
    return { functions: this.#functions(), classes: this.#classTable() };
  }

  #names(): string[] {
    return [...this.#declarations.keys()].sort();
  }

  #functions(): Record<string, Callable> {
    const found: Record<string, Callable> = {};
    for (const name of this.#names()) {
      const callables = this.#signaturesOf(name).map((signature) => this.#callable(signature));
      const callable = callables.find(isTelling);
      if (callable !== undefined) found[name] = callable;
    }
    return found;
  }

  #classTable(): Record<string, LibraryClass> {
    const found: Record<string, LibraryClass> = {};
    for (const name of this.#names().filter((name) => this.#classes.has(name))) {
      const base = this.#baseOf(name);
      const members = this.#membersOf(name);
      found[name] = this.#classes.has(base ?? "") ? { extends: base!, members } : { members };
    }
    return found;
  }

  #isTelling(name: string): boolean {
    const base = this.#baseOf(name);
    return (base !== undefined && this.#classes.has(base)) ||
      Object.keys(this.#membersOf(name)).length > 0;
  }

  #definitionsOf(name: string, ...kinds: string[]): Definition[] {
    const declarations = this.#declarations.get(name) ?? [];
    return declarations.filter(({ kind }) => kinds.includes(kind)).map(({ def }) => def ?? {});
  }

  /** How a name can be called: as a function, or as a constant that is one. */
  #signaturesOf(name: string): Signature[] {
    const constants = this.#definitionsOf(name, "variable").flatMap(({ tsType }) => {
      const type = this.#expand(tsType);
      if (type?.kind === "fnOrConstructor") return signatureOf(type.value);
      if (type?.kind !== "typeRef") return [];
      return this.#definitionsOf(type.value.typeName, "interface").flatMap(
        ({ callSignatures }) => (callSignatures ?? []).map(signatureOf),
      );
    });
    return [...this.#definitionsOf(name, "function"), ...constants];
  }

  /**
   * The exported class that a class extends. Two classes of one name are taken for one, and where one of
   * them extends the other in the end, the base of the lower one counts.
   */
  #baseOf(name: string): string | undefined {
    const bases = [...new Set(this.#basesOf(name))];
    return bases.length < 2 ? bases[0] : bases.find((base) => !this.#leadsTo(base, name));
  }

  /** Whether a class extends another, directly or not. */
  #leadsTo(from: string, to: string, seen = new Set<string>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return this.#basesOf(from).some((base) => this.#leadsTo(base, to, seen));
  }

  #basesOf(name: string): string[] {
    return this.#definitionsOf(name, "class", "interface").flatMap((definition) => {
      const bases = [definition.extends].flat().map((base) => {
        const name = typeof base === "string" ? base : nameOf(base as DocType) ?? "";
        return HIDDEN_BASES[name] ?? name;
      });
      return bases.filter((base) => base !== name && this.#declarations.has(base));
    });
  }

  /** Members of known shape that everybody may use on an instance. Of overloads the first counts. */
  #membersOf(name: string): Record<string, Shape> {
    const members = this.#definitionsOf(name, "class", "interface").flatMap(
      ({ methods = [], properties = [] }) => [...methods, ...properties],
    );
    const found = new Map<string, Shape>();
    for (const member of members) {
      if (member.accessibility !== undefined || member.isStatic || found.has(member.name)) continue;
      const shape = this.#shapeOfMember(member);
      const isFresh = !NOT_FRESH.includes(`${name}.${member.name}`);
      if (shape !== null && isFresh && /^\w+$/.test(member.name)) found.set(member.name, shape);
    }
    return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #shapeOfMember(member: DocMethod | DocProperty): Shape {
    if (!("kind" in member)) {
      const shape = this.#shapeOf(member.tsType);
      return typeof shape === "string" ? shape : null;
    }
    const callable = this.#callable(member.functionDef ?? member);
    if (member.kind.startsWith("get")) return callable.gives;
    return isTelling(callable) ? callable : null;
  }

  #callable({ params = [], returnType, typeParams = [] }: Signature): Callable {
    const [first] = params;
    const callback = this.#callbackOf(first);
    return {
      gives: this.#shapeOf(returnType),
      ...(this.#takesFunctionOnly(first) ? { starts: true } : {}),
      ...(this.#enters(first, typeParams) ? { enters: true } : {}),
      ...(callback.some((shape) => shape !== null) ? { callback } : {}),
    };
  }

  /** Does the parameter take a coroutine function, and refuse a promise? */
  #takesFunctionOnly(parameter: DocParameter | undefined): boolean {
    const names = this.#alternatives(typeOf(parameter)).map(nameOf);
    return names.includes("CoroutineFunction") &&
      !names.some((name) => ["Awaitable", "Promise", "PromiseLike"].includes(name));
  }

  #enters(
    parameter: DocParameter | undefined,
    typeParams: NonNullable<Signature["typeParams"]>,
  ): boolean {
    const type = typeOf(parameter);
    const constraint = typeParams.find(({ name }) => name === nameOf(type))?.constraint;
    return this.#alternatives(constraint ?? type).some((type) =>
      nameOf(type) === "AsyncContextManager"
    );
  }

  /** What a parameter that is a function is called with. */
  #callbackOf(parameter: DocParameter | undefined): Shape[] {
    const type = this.#expand(typeOf(parameter));
    if (type?.kind !== "fnOrConstructor" || type.value.constructor) return [];
    return type.value.params.map((parameter) => this.#shapeOf(typeOf(parameter)));
  }

  /** The alternatives of a type: of a union its members, of an alias those of what it stands for. */
  #alternatives(type: DocType | undefined): DocType[] {
    const expanded = this.#expand(type);
    if (expanded === undefined) return [];
    return expanded.kind === "union" ? [...expanded.value] : [expanded];
  }

  /** What an alias stands for, if it is one that hides a union, a tuple or a function. */
  #expand(type: DocType | null | undefined): DocType | undefined {
    if (type?.kind === "parenthesized") return this.#expand(type.value);
    const name = nameOf(type);
    if (name === "Awaitable" || name === "CoroutineFunction") return type ?? undefined;
    const alias = this.#definitionsOf(name, "typeAlias")[0]?.tsType;
    const hides = ["union", "tuple", "fnOrConstructor"].includes(alias?.kind ?? "");
    return hides ? alias : type ?? undefined;
  }

  #shapeOf(type: DocType | null | undefined): Shape {
    const expanded = this.#expand(type);
    switch (expanded?.kind) {
      case "typeRef":
        return this.#shapeOfReference(nameOf(expanded), expanded.value.typeParams?.[0]);
      case "tuple": {
        const parts = expanded.value.map((part) => this.#shapeOf(part));
        return parts.some((part) => part !== null) ? parts : null;
      }
      case "union": {
        const known = expanded.value.map((part) => this.#shapeOf(part)).filter((part) => part);
        return known.length === 1 ? known[0]! : null;
      }
      case "fnOrConstructor": {
        const callable = this.#callable(signatureOf(expanded.value));
        return isTelling(callable) && !expanded.value.constructor ? callable : null;
      }
      default:
        return null;
    }
  }

  #shapeOfReference(name: string, argument: DocType | undefined): Shape {
    if (name === "CoroutineObject") return { coroutine: this.#shapeOf(argument) };
    if (name === "Coroutine") return { generator: this.#shapeOf(argument) };
    return this.#classes.has(name) ? name : null;
  }
}

/** Is there anything to know of the function? */
function isTelling({ gives, starts, enters, callback }: Callable): boolean {
  return gives !== null || starts === true || enters === true || callback !== undefined;
}

function signatureOf({ params, tsType }: FunctionType): Signature {
  return { params, returnType: tsType };
}

function typeOf(parameter: DocParameter | undefined): DocType | undefined {
  return parameter?.tsType ?? parameter?.left?.tsType;
}

function nameOf(type: DocType | null | undefined): string {
  return type?.kind === "typeRef" ? type.value.typeName : "";
}
