// Copyright 2026 the asyncio authors. MIT license.

import { BaseCoroutine } from "./_base_coroutine.ts";
import { COUNT, noteClosed, OWNER, type Owner } from "../futures/_claim.ts";
import { delegate } from "./_coroutine_object.ts";
import { RuntimeError } from "../errors.ts";
import { awaitPrimitive } from "../futures/_future_await.ts";
import type { Future } from "../futures/future.ts";
import { type Count, countOf } from "../futures/_never_started.ts";
import { takeStack } from "../_origin.ts";
import { handOut, type Innermost } from "../_stacks.ts";
import type { PrimitiveSteps, Resolve, TaskFrame } from "../futures/_task_frame.ts";

/** The key of where a class of them is defined. */
const DEFINITION = Symbol("definition");

/** How far a {@linkcode PrimitiveCoroutine} has come. */
enum State {
  New,
  /** The same, in debug mode. */
  NewAndWatched,
  /** Somebody has taken possession of it. */
  Claimed,
  Waiting,
  Over,
}

/**
 * The coroutine of a primitive, written as a class and not as a generator: one that waits for a future,
 * for another perhaps, and then has its outcome. In between it runs nothing but the library's own code.
 *
 * `acquire()` of a lock and `get()` of a queue are such. Waiting so costs a third less than by a
 * generator, for which the engine keeps a stack; whoever has more to remember than one future writes a
 * generator function, and `primitive()`.
 *
 * @typeParam T Type of what it returns.
 * @typeParam O Type of what it belongs to: the lock, the queue.
 * @typeParam F Type of the futures that it waits for.
 *
 * @example A gate that opens once
 * ```ts
 * import { getRunningLoop, run } from "@asyncio/asyncio";
 * import { type Future, PrimitiveCoroutine } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * class Pass extends PrimitiveCoroutine<string, Future<void>> {
 *   static {
 *     this.named("pass");
 *   }
 *
 *   override begin() {
 *     return this.owner.done() ? null : this.owner;
 *   }
 *
 *   override finish() {
 *     return "through";
 *   }
 * }
 *
 * await run(async () => {
 *   const gate = getRunningLoop().createFuture<void>();
 *   getRunningLoop().callSoon(() => gate.setResult());
 *   assertEquals(await new Pass(gate), "through");
 * });
 * ```
 *
 * @see {@linkcode primitive}
 */
export abstract class PrimitiveCoroutine<
  T,
  O extends object,
  F extends Future<unknown> = Future<unknown>,
> extends BaseCoroutine<T> implements PrimitiveSteps<T> {
  // Invariant: #future is set in Waiting, and only then.
  #state = State.New;
  #future: F | null = null;
  /** @ignore */
  declare readonly [COUNT]: Count;
  /** @ignore */
  declare readonly [DEFINITION]: Innermost["definition"];
  /** What it belongs to. */
  protected readonly owner: O;

  /**
   * A coroutine that has not begun.
   *
   * @param owner What it belongs to.
   */
  constructor(owner: O) {
    super();
    this.owner = owner;
    if (this[COUNT].made(this)) this.#state = State.NewAndWatched;
  }

  /**
   * Names the coroutines of a class, once, in its static block.
   *
   * @param name The name, as it is called.
   */
  protected static named(name: string): void {
    // A plain assignment: one read-only property makes the engine slow with all of the object.
    const prototype = this.prototype as { [COUNT]: Count; [DEFINITION]: Innermost["definition"] };
    prototype[COUNT] = countOf(name, true);
    prototype[DEFINITION] = takeStack(this.named);
  }

  /**
   * The first step.
   *
   * @returns What to wait for; `null` if there is no need.
   */
  protected abstract begin(): F | null;

  /**
   * The wait is over: the future has its result.
   *
   * @param _future The future.
   * @returns What to wait for next. Default: `null`, nothing.
   */
  protected woken(_future: F): F | null {
    return null;
  }

  /**
   * The wait has failed: the future was cancelled, or an error is thrown into the coroutine, or it is
   * closed.
   *
   * @param _future The future, which may be done.
   * @param _error The error; `undefined` if it is closed.
   */
  protected giveUp(_future: F, _error: unknown): void {}

  /**
   * The last step, when there is nothing to wait for.
   *
   * @returns What the coroutine returns.
   */
  protected abstract finish(): T;

  /**
   * Its state tells whether it is awaited; that costs nothing, where a note on it would.
   *
   * @ignore
   */
  get [OWNER](): Owner | undefined {
    if (this.#state <= State.NewAndWatched) return undefined;
    return { done: () => this.#state === State.Over };
  }

  /** @ignore */
  set [OWNER](_owner: Owner) {
    if (this.#state <= State.NewAndWatched) this.#state = State.Claimed;
  }

  /** `yield* coroutine`. */
  override [Symbol.iterator](): Generator<unknown, T, unknown> {
    if (this.#state !== State.New) return delegate(this);
    // What delegate() does, which would cost a twentieth more of an operation that need not wait.
    this[COUNT].unstarted--;
    this.#state = State.Claimed;
    return this;
  }

  /** @ignore */
  protected override awaitIn(fn: TaskFrame, resolve: Resolve, reject: Resolve): void {
    awaitPrimitive(fn, this, resolve, reject);
  }

  /** Goes on to the next wait, or to the end. */
  next(): IteratorResult<unknown, T> {
    let future: F | null;
    // What step() does then, which would cost a tenth more of an operation that need not wait.
    if (this.#state === State.Claimed) {
      this.#state = State.Over;
      future = this.begin();
      if (future !== null) this.#waitFor(future);
    } else future = this.step();
    if (future === null) return { done: true, value: this.finish() };
    handOut(future, this);
    return { done: false, value: future };
  }

  /**
   * For awaits: goes on to the next wait. Returns what it waits for; `null` if that is nothing.
   *
   * @ignore
   */
  step(): F | null {
    const state = this.#state;
    if (state === State.Over) throw new RuntimeError("cannot reuse already awaited coroutine");
    if (state === State.Waiting) return this.#goOn(this.#future!);
    if (state !== State.Claimed) this[COUNT].started(this);
    this.#state = State.Over;
    return this.#waitFor(this.begin());
  }

  /**
   * For awaits: the outcome, once it waits for nothing.
   *
   * @ignore
   */
  end(): T {
    return this.finish();
  }

  /**
   * In debug mode: its name with that of the class that it belongs to.
   *
   * @ignore
   */
  get qualifiedName(): string {
    const { name } = this.owner.constructor;
    return `${name}.${this[COUNT].name}`;
  }

  /**
   * In debug mode: where its class is defined.
   *
   * @ignore
   */
  get definition(): Innermost["definition"] {
    return this[DEFINITION];
  }

  #goOn(future: F): F | null {
    try {
      if (!future.done()) throw new RuntimeError("await wasn't used with future");
      future.result();
    } catch (error) {
      this.throw(error);
    }
    this.#future = null;
    this.#state = State.Over;
    return this.#waitFor(this.woken(future));
  }

  #waitFor(future: F | null): F | null {
    if (future === null) return null;
    this.#state = State.Waiting;
    return this.#future = future;
  }

  /** Goes on with an error at the point of the wait. */
  throw(error: unknown): never {
    this.#close(error);
    throw error;
  }

  /** Ends it. */
  return(value: T): IteratorResult<unknown, T> {
    this.#close(undefined);
    return { done: true, value };
  }

  #close(error: unknown): void {
    noteClosed(this);
    const future = this.#future;
    this.#future = null;
    this.#state = State.Over;
    if (future !== null) this.giveUp(future, error);
  }
}
