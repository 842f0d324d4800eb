// Copyright 2026 the asyncio authors. MIT license.

/**
 * What `deno doc --json` (format 2) prints, as far as the checks read it.
 *
 * @module
 */

/** The output as a whole: modules by URL. */
export interface DocOutput {
  readonly version: 2;
  readonly nodes: Readonly<Record<string, DocModule>>;
}

/** A module and its exported symbols. */
export interface DocModule {
  readonly module_doc?: JsDoc;
  readonly symbols: readonly DocSymbol[];
}

/** An exported name, with one declaration for each overload and each meaning. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/** One declaration of a symbol. */
export interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  /** Where it stands; `line` counts from 0. */
  readonly location: { readonly filename: string; readonly line: number };
  /** What is declared: which fields there are depends on the kind. */
  readonly def?: Definition;
}

/** A documentation comment. */
export interface JsDoc {
  readonly doc?: string;
  /** `name` is that of a parameter. */
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
  }[];
}

/** A function, a class, an interface, a variable or the alias of a type. */
export interface Definition extends Signature {
  /** The class that a class extends, by the name that it has there. */
  readonly extends?: unknown;
  readonly constructors?: readonly DocConstructor[];
  readonly methods?: readonly DocMethod[];
  readonly properties?: readonly DocProperty[];
  /** How an interface can be called. */
  readonly callSignatures?: readonly FunctionType[];
  /** The type of a variable or an alias. */
  readonly tsType?: DocType;
}

/** What a function takes and gives. */
export interface Signature {
  readonly params?: readonly DocParameter[];
  readonly returnType?: DocType | null;
  readonly typeParams?: readonly { name: string; constraint?: DocType }[];
}

/** A signature where a type is meant: what it gives has another name. */
export interface FunctionType {
  readonly params: readonly DocParameter[];
  readonly tsType: DocType;
}

/** A constructor of a class. */
export interface DocConstructor extends Signature {
  readonly jsDoc?: JsDoc;
}

/** A method of a class, or of an interface: there the signature is its own. */
export interface DocMethod extends Signature {
  readonly name: string;
  /** `getter` and `setter` among classes', `get` and `set` among interfaces'. */
  readonly kind: string;
  readonly accessibility?: string;
  readonly isStatic?: boolean;
  readonly jsDoc?: JsDoc;
  readonly functionDef?: Signature;
}

/** A property of a class or an interface. */
export interface DocProperty {
  readonly name: string;
  readonly accessibility?: string;
  readonly isStatic?: boolean;
  readonly tsType?: DocType;
}

/** A parameter; one with a default (`assign`) has its type on the left. */
export interface DocParameter {
  readonly kind: string;
  readonly name?: string;
  readonly tsType?: DocType;
  readonly left?: DocParameter;
}

/** A type, as far as its kind is known here. */
export type DocType =
  | {
    readonly kind: "typeRef";
    readonly value: { readonly typeName: string; readonly typeParams?: readonly DocType[] };
  }
  | { readonly kind: "tuple" | "union" | "intersection"; readonly value: readonly DocType[] }
  | { readonly kind: "parenthesized"; readonly value: DocType }
  | {
    readonly kind: "fnOrConstructor";
    readonly value: FunctionType & { readonly constructor: boolean };
  }
  | { readonly kind: "keyword" | "literal"; readonly value: unknown };
