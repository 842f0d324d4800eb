// Copyright 2026 the asyncio authors. MIT license.

import { inspectAsText } from "../../selectors/mod.ts";
import {
  checkStarted,
  type Claimable,
  coroutineName,
  COUNT,
  OWNER,
  type Owner,
} from "../futures/_claim.ts";
import { awaitCoroutine, delegate } from "./_coroutine_object.ts";
import { awaitIn } from "./_coroutine_await.ts";
import { Drivable } from "../futures/_drivable.ts";
import { isByEngine, noticeThen } from "../_then.ts";
import type { Count } from "../futures/_never_started.ts";
import { type Resolve, runningFunction, type TaskFrame } from "../futures/_task_frame.ts";

/**
 * A coroutine that is a class of its own and not a generator: where each nanosecond counts.
 *
 * @ignore
 */
export abstract class BaseCoroutine<T> extends Drivable<T> implements PromiseLike<T>, Claimable {
  static {
    inspectAsText(this.prototype);
    noticeThen(this.prototype);
  }

  abstract [OWNER]?: Owner | undefined;
  abstract readonly [COUNT]: Count;

  /** `yield* coroutine`. */
  override [Symbol.iterator](): Generator<unknown, T, unknown> {
    return delegate(this);
  }

  /** `await coroutine`. */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((error: unknown) => R2 | PromiseLike<R2>) | null,
  ): PromiseLike<R1 | R2> {
    const isFirst = this[OWNER] === undefined && isByEngine(onFulfilled, onRejected);
    const fn = isFirst ? runningFunction() : null;
    if (!fn?.scheduler.isRunning) return awaitCoroutine(this, onFulfilled, onRejected);
    this.awaitIn(fn, onFulfilled as Resolve, onRejected as Resolve);
    // It was the engine that called, and has no use for what is given.
    return this as unknown as PromiseLike<R1 | R2>;
  }

  /** The engine awaits it, in a function of a task's, for the first time. */
  protected awaitIn(fn: TaskFrame, resolve: Resolve, reject: Resolve): void {
    awaitIn(fn, this, resolve, reject);
  }

  override [Symbol.dispose](): void {
    checkStarted(this);
    super[Symbol.dispose]();
  }

  override toString(): string {
    return `<coroutine object ${coroutineName(this)}>`;
  }
}
