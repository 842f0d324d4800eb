// Copyright 2026 the asyncio authors. MIT license.

/**
 * What `deno doc --json` (format 2) prints, as far as the documentation check reads it.
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
}

/** A documentation comment. */
export interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
}
