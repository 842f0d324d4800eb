// Copyright 2026 the asyncio authors. MIT license.

import { addWaiter, type Driver, type FrameOwner, resume, TaskFrame } from "./_await.ts";
import { BaseCoroutine } from "./_base_coroutine.ts";
import { type Context, ensureContext } from "./context.ts";
import { nameCoroutine } from "./_coroutine_object.ts";
import { CancelledError, RuntimeError } from "./errors.ts";
import { Future, hideName } from "./future.ts";
import { run, type Runnable } from "./_ready_queue.ts";
import { repr } from "./_repr.ts";
import { current, inTurnOf, requireRunningLoop, runInFrame } from "./_running.ts";

/** Stands for all generators in `instanceof`, which the engine answers faster than any question. */
const GeneratorObject = function () {} as unknown as new () => Generator<unknown, unknown, unknown>;
GeneratorObject.prototype = Object.getPrototypeOf(function* () {}).prototype;

/** Whether a value is a coroutine: a generator, or anything that can do what generators can. */
export function isDrivable(value: unknown): value is Generator<unknown, unknown, unknown> {
  if (value instanceof GeneratorObject || value instanceof BaseCoroutine) return true;
  if (typeof value !== "object" || value === null || value instanceof Future) return false;
  const { next, throw: raise, return: close } = value as Partial<Generator>;
  return typeof next === "function" && typeof raise === "function" && typeof close === "function" &&
    Symbol.iterator in value;
}

/** Whether a value can be awaited natively. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null)?.then === "function";
}

/**
 * The result of an async function under way. Cancelling it reaches into the function.
 *
 * Whoever waits goes on as soon as the function returns, within the same microtask, and not in the
 * loop's next turn: a function that returns to another takes no turn in Python either.
 */
class CallFuture<T> extends Future<T> implements FrameOwner {
  readonly frame: TaskFrame;
  #driver: Driver | null = null;

  static {
    hideName(this);
  }

  constructor(task: object, context: Context) {
    const loop = requireRunningLoop();
    super({ loop });
    this.frame = new TaskFrame(loop, task, context, this);
  }

  /** Follows the promise of the function. */
  follow(promise: PromiseLike<T>): void {
    promise.then((value) => this.#fulfil(value), (error) => this.#fail(error));
  }

  override cancel(message?: string | null): boolean {
    if (this.done()) return false;
    this.frame.cancel(message ?? "");
    return true;
  }

  forgetCancel(): void {
    this.frame.forgetCancel();
  }

  /** There is one. */
  override [addWaiter](waiter: Runnable): void {
    this.#driver = waiter as Driver;
  }

  /** Shown in `wait_for`: what the function waits for itself says more. */
  override toString(): string {
    const waiter = this.done() ? null : this.frame.waiter;
    return waiter === null ? super.toString() : String(waiter);
  }

  abandon(message: string): void {
    super.cancel(message);
    if (this.#driver !== null) this.scheduler.schedule(this.#driver);
  }

  #fulfil(value: T): void {
    this.frame.end();
    if (this.done()) return;
    this.setResult(value);
    this.#resumeDriver();
  }

  #resumeDriver(): void {
    const driver = this.#driver;
    if (driver === null) return;
    if (!this.scheduler.isRunning) return this.scheduler.schedule(driver);
    try {
      inTurnOf(this.getLoop(), () => driver[resume](this.frame.takeCancellation()));
    } catch (error) {
      this.scheduler.schedule({
        [run]() {
          throw error;
        },
      });
    }
  }

  #fail(error: unknown): void {
    this.frame.end();
    if (!this.done()) {
      if (error instanceof CancelledError) this.cancelWith(error);
      else this.setException(error);
      this.#resumeDriver();
    } else if (!(error instanceof CancelledError)) {
      this.getLoop().callExceptionHandler({
        message: "Exception in an async function that nobody waits for: its task was cancelled",
        exception: error,
        task: this.frame.task,
      });
    }
  }
}

/**
 * The coroutine of a function that is to be called when it is driven: an async function, or any that
 * returns a promise or another coroutine.
 *
 * Invariants: `#fn` until it is driven; from then on, of `#future` and `#delegate`, that which the
 * function turned out to need; neither when it is over.
 */
export class AsyncCall<T> extends BaseCoroutine<T> {
  #fn: (() => unknown) | null;
  #future: CallFuture<T> | null = null;
  #delegate: Generator<unknown, T, unknown> | null = null;

  constructor(fn: () => unknown, name: string = fn.name) {
    super();
    this.#fn = fn;
    nameCoroutine(this, name || "<lambda>");
  }

  next(): IteratorResult<unknown, T> {
    if (this.#fn !== null) return this.#start(this.#fn);
    if (this.#delegate !== null) return this.#delegate.next();
    const future = this.#future;
    if (future === null) throw new RuntimeError("cannot reuse already awaited coroutine");
    if (!future.done()) throw new RuntimeError("await wasn't used with future");
    this.#future = null;
    return { done: true, value: future.result() };
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    if (this.#delegate !== null) return this.#delegate.throw(error);
    this.#close();
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    const delegate = this.#delegate;
    this.#close();
    return delegate?.return(value) ?? { done: true, value };
  }

  #close(): void {
    this.#fn = null;
    this.#future = null;
    this.#delegate = null;
  }

  #start(fn: () => unknown): IteratorResult<unknown, T> {
    this.#fn = null;
    const task = current.task;
    if (task === null) {
      throw new RuntimeError("no running event loop: an async function needs a task");
    }
    const future = new CallFuture<T>(task, ensureContext());
    let result;
    try {
      result = runInFrame(future.frame, fn);
    } catch (error) {
      future.frame.end();
      throw error;
    }
    if (isDrivable(result) || result instanceof Future) return this.#continueWith(result, future);
    if (!isThenable(result)) {
      future.frame.end();
      throw new TypeError(`a coroutine was expected, got ${repr(result)}`);
    }
    future.follow(result as PromiseLike<T>);
    this.#future = future;
    current.awaited = future;
    return { done: false, value: future };
  }

  #continueWith(
    coro: Iterable<unknown, unknown>,
    future: CallFuture<T>,
  ): IteratorResult<unknown, T> {
    future.frame.end();
    this.#delegate = coro[Symbol.iterator]() as Generator<unknown, T, unknown>;
    return this.#delegate.next();
  }
}

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

/** Whether calling a function does nothing yet: it is a `function*`. */
export function isGeneratorFunction(fn: object): boolean {
  return Object.getPrototypeOf(fn) === GeneratorFunction;
}

/**
 * Calls a function of at most one parameter as a part of the current task, and waits for what it
 * returns, be it a coroutine, a future or a promise. A generator function is simply delegated to.
 */
export function callInTask<A, T>(
  fn: (arg: A) => Generator<unknown, T, unknown> | PromiseLike<T>,
  self: unknown,
  arg?: A,
): Generator<unknown, T, unknown> {
  if (isGeneratorFunction(fn)) return fn.call(self, arg as A) as Generator<unknown, T, unknown>;
  return deferCall(fn, self, arg as A);
}

/** Apart from the above, because a closure in it would cost each call an allocation: 25 ns. */
function deferCall<A, T>(
  fn: (arg: A) => PromiseLike<T> | Generator<unknown, T, unknown>,
  self: unknown,
  arg: A,
): AsyncCall<T> {
  return new AsyncCall<T>(() => fn.call(self, arg), fn.name);
}
