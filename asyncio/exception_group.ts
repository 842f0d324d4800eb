// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../selectors/mod.ts";

/**
 * A class of errors.
 *
 * @see {@linkcode ExceptionGroupCondition}
 */
// deno-lint-ignore no-explicit-any
export type ErrorClass = abstract new (...args: any[]) => object;

/**
 * Which errors to take out of a group: those of a class, of any of several, or that a test accepts.
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#BaseExceptionGroup.subgroup}
 */
export type ExceptionGroupCondition =
  | ErrorClass
  | readonly ErrorClass[]
  | ((error: unknown) => boolean);

/**
 * Several errors that happened side by side: what a `TaskGroup` throws. Python's `ExceptionGroup`,
 * and its `BaseExceptionGroup`, too.
 *
 * A member can be a group itself. `String(group)` and its stack show the number of members.
 *
 * @example Usage
 * ```ts
 * import { ExceptionGroup, KeyError, ValueError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const group = new ExceptionGroup("two things", [new ValueError("a"), new KeyError("b")]);
 * const [values, others] = group.split(ValueError);
 * assertEquals(values?.exceptions, [group.exceptions[0]]);
 * assertEquals(others?.exceptions, [group.exceptions[1]]);
 * assertEquals(String(group), "ExceptionGroup: two things (2 sub-exceptions)");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#ExceptionGroup}
 */
export class ExceptionGroup extends AggregateError {
  static {
    this.prototype.name = "ExceptionGroup";
  }

  /**
   * A group of errors.
   *
   * @param message What they have in common.
   * @param exceptions The errors, one at least.
   * @param options The `cause`.
   * @throws {TypeError} If `message` is no string, or `exceptions` no array.
   * @throws {ValueError} If `exceptions` is empty.
   */
  constructor(message: string, exceptions: readonly unknown[], options?: ErrorOptions) {
    if (typeof message !== "string") throw new TypeError("argument 1 must be a string");
    if (!Array.isArray(exceptions)) {
      throw new TypeError("second argument (exceptions) must be a sequence");
    }
    if (exceptions.length === 0) {
      throw new ValueError("second argument (exceptions) must be a non-empty sequence");
    }
    super(exceptions, withCount(message, exceptions), options);
    // The stack begins with the text as it is when first asked for: the one with the number.
    const { stack } = this;
    this.message = message;
    if (stack !== undefined) this.stack = stack;
  }

  /** The errors: the same array as `errors`. */
  get exceptions(): readonly unknown[] {
    return this.errors;
  }

  /**
   * Makes the groups that `split()` and `subgroup()` give. A subclass overrides it to make its own.
   *
   * @param exceptions The members of the new group.
   * @returns The new group.
   */
  derive(exceptions: readonly unknown[]): ExceptionGroup {
    return new ExceptionGroup(this.message, exceptions);
  }

  /**
   * The part of the group that a condition accepts, nested as it was.
   *
   * @param condition A class of errors, an array of them, or a test, which is asked about groups too.
   * @returns The group itself, if it is accepted as a whole; a new group; `null` if nothing is left.
   * @throws {TypeError} If `condition` is none of these.
   */
  subgroup(condition: ExceptionGroupCondition): ExceptionGroup | null {
    return this.split(condition)[0];
  }

  /**
   * The parts of the group that a condition accepts, and does not, nested as they were.
   *
   * @param condition A class of errors, an array of them, or a test, which is asked about groups too.
   * @returns What is accepted and the rest; `null` for a part that is empty.
   * @throws {TypeError} If `condition` is none of these.
   */
  // CPython: Objects/exceptions.c, exceptiongroup_split_recursive
  split(condition: ExceptionGroupCondition): [ExceptionGroup | null, ExceptionGroup | null] {
    return ExceptionGroup.#split(this, testOf(condition));
  }

  static #split(
    group: ExceptionGroup,
    accepts: (error: unknown) => boolean,
  ): [ExceptionGroup | null, ExceptionGroup | null] {
    if (accepts(group)) return [group, null];
    const matched: unknown[] = [];
    const rest: unknown[] = [];
    for (const error of group.exceptions) {
      if (error instanceof ExceptionGroup) {
        const [match, others] = ExceptionGroup.#split(error, accepts);
        if (match !== null) matched.push(match);
        if (others !== null) rest.push(others);
      } else {
        (accepts(error) ? matched : rest).push(error);
      }
    }
    return [group.#part(matched), group.#part(rest)];
  }

  /** A group like this one, with other members and no less history. */
  #part(exceptions: unknown[]): ExceptionGroup | null {
    if (exceptions.length === 0) return null;
    const part = this.derive(exceptions);
    if (this.cause !== undefined) part.cause = this.cause;
    if (this.stack !== undefined) part.stack = this.stack;
    return part;
  }

  /** `ExceptionGroup: message (2 sub-exceptions)`. */
  override toString(): string {
    return `${this.name}: ${withCount(this.message, this.exceptions)}`;
  }
}

function withCount(message: string, { length }: readonly unknown[]): string {
  return `${message} (${length} sub-exception${length === 1 ? "" : "s"})`;
}

function testOf(condition: ExceptionGroupCondition): (error: unknown) => boolean {
  const classes = Array.isArray(condition) ? condition : [condition];
  if (classes.every(isErrorClass)) return (error) => classes.some((one) => error instanceof one);
  if (typeof condition === "function") return condition as (error: unknown) => boolean;
  throw new TypeError("expected an exception type, a tuple of exception types, or a callable");
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" &&
    (value === Error || value.prototype instanceof Error);
}
