// Copyright 2026 the asyncio authors. MIT license.

import { inspectAsText } from "../selectors/mod.ts";
import { checkStarted, type Claimable, coroutineName, COUNT, OWNER, type Owner } from "./_claim.ts";
import { awaitCoroutine, delegate } from "./_coroutine_object.ts";
import { Drivable } from "./_drivable.ts";
import type { Count } from "./_never_started.ts";

/** A coroutine that is a class of its own and not a generator: where each nanosecond counts. */
export abstract class BaseCoroutine<T> extends Drivable<T> implements PromiseLike<T>, Claimable {
  static {
    inspectAsText(this.prototype);
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
    return awaitCoroutine(this, onFulfilled, onRejected);
  }

  override [Symbol.dispose](): void {
    checkStarted(this);
    super[Symbol.dispose]();
  }

  override toString(): string {
    return `<coroutine object ${coroutineName(this)}>`;
  }
}
