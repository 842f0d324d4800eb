// Copyright 2026 the asyncio authors. MIT license.

import { inspectAsText, KeyError, repr, ValueError } from "../selectors/mod.ts";
import { RuntimeError } from "./errors.ts";
import { CONTEXT, current, currentFrame } from "./_running.ts";
import { showOnce } from "./_repr.ts";

type Variables = ReadonlyMap<ContextVar<unknown>, unknown>;

const NONE: Variables = new Map();

// What variables, tokens and contexts may do to each other, and nobody else to them.
let redeem: <T>(token: Token<T>, variable: ContextVar<T>, context: Context) => void;
let assign: <T>(context: Context, variable: ContextVar<T>, value: T) => void;
let remove: <T>(context: Context, variable: ContextVar<T>) => void;

/**
 * What {@linkcode ContextVar.set} gives, and {@linkcode ContextVar.reset} takes. Disposing it resets
 * the variable: `using _ = user.set("alice")` sets it for the rest of a scope.
 *
 * @example Usage
 * ```ts
 * import { ContextVar, Token } from "@asyncio/asyncio";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const user = new ContextVar<string>("user");
 * const token = user.set("alice");
 * assertStrictEquals(token.oldValue, Token.MISSING);
 * user.reset(token);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/contextvars.html#contextvars.Token}
 */
export class Token<T> {
  /** The {@linkcode Token.oldValue} of a variable that had none. */
  static readonly MISSING: unique symbol = Symbol("Token.MISSING");
  /** The variable whose `set()` made this token. */
  readonly var: ContextVar<T>;
  /** The value before, or {@linkcode Token.MISSING}. */
  readonly oldValue: T | typeof Token.MISSING;
  readonly #context: Context;
  #used = false;

  static {
    redeem = (token, variable, context) => {
      if (token.#used) throw new RuntimeError(`${token} has already been used once`);
      if (token.var !== variable) {
        throw new ValueError(`${token} was created by a different ContextVar`);
      }
      if (token.#context !== context) {
        throw new ValueError(`${token} was created in a different Context`);
      }
      token.#used = true;
    };
  }

  /** Made by {@linkcode ContextVar.set}. */
  constructor(variable: ContextVar<T>, oldValue: T | typeof Token.MISSING, context: Context) {
    this.var = variable;
    this.oldValue = oldValue;
    this.#context = context;
  }

  /** Resets the variable at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.var.reset(this);
  }

  /** Python's repr. */
  toString(): string {
    return `<Token${this.#used ? " used" : ""} var=${this.var}>`;
  }
}

/**
 * Options of {@linkcode ContextVar}.
 *
 * @see {@link https://docs.python.org/3/library/contextvars.html#contextvars.ContextVar}
 */
export interface ContextVarOptions<T> {
  /** What `get()` answers where the variable was never set. */
  default?: T;
}

/**
 * A variable with a value of its own in each task.
 *
 * A task starts with a copy of the values of whoever created it; what it sets stays with it. The
 * same holds for callbacks given to `callSoon`, `callLater` and `addDoneCallback`. It works inside
 * async functions, across their native awaits, as it does inside generators.
 *
 * @typeParam T Type of the value.
 *
 * @example Usage
 * ```ts
 * import { ContextVar, createTask, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const user = new ContextVar<string>("user", { default: "nobody" });
 * await run(function* () {
 *   user.set("alice");
 *   yield* createTask(function* () {
 *     user.set("bob");
 *   });
 *   assertEquals(user.get(), "alice");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/contextvars.html#contextvars.ContextVar}
 */
export class ContextVar<T> {
  /** The name, for debugging. */
  readonly name: string;
  readonly #default: T | undefined;
  readonly #hasDefault: boolean;

  /**
   * A variable that is set nowhere yet.
   *
   * @param name The name, for debugging.
   * @param options The `default`.
   */
  constructor(name: string, options: ContextVarOptions<T> = {}) {
    if (typeof name !== "string") throw new TypeError("context variable name must be a str");
    this.name = name;
    this.#hasDefault = "default" in options;
    this.#default = options.default;
  }

  /**
   * The value in the current context; else `fallback`, if one is given; else the default.
   *
   * @throws {KeyError} If there is none of the three (Python's `LookupError`).
   */
  get(...fallback: [T?]): T {
    const context = currentContext();
    if (context?.has(this)) return context.get(this) as T;
    if (fallback.length > 0) return fallback[0] as T;
    if (this.#hasDefault) return this.#default as T;
    throw new KeyError(String(this));
  }

  /**
   * Sets the value in the current context.
   *
   * @returns A token that {@linkcode ContextVar.reset} takes to undo it.
   */
  set(value: T): Token<T> {
    const context = ensureContext();
    const old = context.has(this) ? context.get(this) as T : Token.MISSING;
    assign(context, this, value);
    return new Token(this, old, context);
  }

  /**
   * Gives the variable the value that it had before the `set()` that made `token`.
   *
   * @throws {ValueError} If the token is another variable's, or was made in another context.
   * @throws {RuntimeError} If the token has been used before.
   */
  reset(token: Token<T>): void {
    const context = ensureContext();
    redeem(token, this, context);
    if (token.oldValue === Token.MISSING) remove(context, this);
    else assign(context, this, token.oldValue);
  }

  /** Python's repr. */
  toString(): string {
    return showOnce(this, () => {
      const fallback = this.#hasDefault ? ` default=${repr(this.#default)}` : "";
      return `<ContextVar name=${repr(this.name)}${fallback}>`;
    });
  }
}

/**
 * The values of all context variables, as seen by one task or callback.
 *
 * Copying costs nothing: two contexts share one map until either of them sets a variable.
 *
 * @example Usage
 * ```ts
 * import { Context, ContextVar } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const user = new ContextVar<string>("user");
 * const context = new Context();
 * context.run(() => user.set("alice"));
 * assertEquals(context.get(user), "alice");
 * assertEquals(user.get("nobody"), "nobody");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/contextvars.html#contextvars.Context}
 */
export class Context {
  #variables: Variables = NONE;
  #entered = false;

  static {
    assign = (context, variable, value) => {
      context.#variables = new Map(context.#variables).set(variable as ContextVar<unknown>, value);
    };
    remove = (context, variable) => {
      const variables = new Map(context.#variables);
      variables.delete(variable as ContextVar<unknown>);
      context.#variables = variables;
    };
  }

  /** The number of variables that are set. */
  get size(): number {
    return this.#variables.size;
  }

  /** Whether a variable is set here. */
  has(variable: ContextVar<unknown> | ContextVar<never>): boolean {
    return this.#variables.has(variable as ContextVar<unknown>);
  }

  /** The value of a variable here, or `fallback` where it is not set. */
  get<T>(variable: ContextVar<T>, fallback?: T): T | undefined {
    return this.has(variable)
      ? this.#variables.get(variable as ContextVar<unknown>) as T
      : fallback;
  }

  /** A context of its own with the same values. */
  copy(): Context {
    const copy = new Context();
    copy.#variables = this.#variables;
    return copy;
  }

  /**
   * Calls `fn` with this as the current context, until it returns.
   *
   * @returns What `fn` returns.
   * @throws {RuntimeError} If the context is entered already.
   */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    if (this.#entered || currentContext() === this) {
      throw new RuntimeError(`cannot enter context: ${this} is already entered`);
    }
    const outer = currentContext();
    this.#entered = true;
    setContext(this);
    try {
      return fn(...args);
    } finally {
      setContext(outer);
      this.#entered = false;
    }
  }

  /** The variables that are set. */
  keys(): IterableIterator<ContextVar<unknown>> {
    return this.#variables.keys();
  }

  /** Their values, in the same order. */
  values(): IterableIterator<unknown> {
    return this.#variables.values();
  }

  /** The variables and their values. */
  items(): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this.#variables.entries();
  }

  /** The variables and their values. */
  [Symbol.iterator](): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this.#variables.entries();
  }

  /** Python's repr, shortened. */
  toString(): string {
    return `<Context of ${this.size} variables>`;
  }
}

for (const { prototype } of [Token, ContextVar, Context]) inspectAsText(prototype);

/**
 * The context that the calling code runs in; `null` for one in which nothing has been set yet.
 *
 * Most tasks and callbacks never touch a context variable, so their context is made when one does.
 */
export function currentContext(): Context | null {
  const frame = currentFrame();
  return (frame === undefined ? current.rootContext : frame[CONTEXT]) as Context | null;
}

function setContext(context: Context | null): void {
  const frame = currentFrame();
  if (frame === undefined) current.rootContext = context;
  else frame[CONTEXT] = context;
}

/** The context that the calling code runs in, made if need be. */
function ensureContext(): Context {
  const context = currentContext();
  if (context !== null) return context;
  const made = new Context();
  setContext(made);
  return made;
}

/** Calls `fn` in a context, unless it is the current one already. */
export function runIn<R>(context: Context | null, fn: () => R): R {
  return context === null || context === currentContext() ? fn() : context.run(fn);
}

/** A copy of the current context for a task or callback to run in; `null` for an empty one. */
export function inheritContext(): Context | null {
  const context = currentContext();
  return context === null || context.size === 0 ? null : context.copy();
}

/**
 * A copy of the current context.
 *
 * @example Usage
 * ```ts
 * import { ContextVar, copyContext } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const user = new ContextVar<string>("user");
 * user.set("alice");
 * const copy = copyContext();
 * user.set("bob");
 * assertEquals(copy.get(user), "alice");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/contextvars.html#contextvars.copy_context}
 */
export function copyContext(): Context {
  return inheritContext() ?? new Context();
}
