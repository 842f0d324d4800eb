// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, type CoroutineObject, primitive } from "../../coroutines/mod.ts";

/** What can be held: a lock, a semaphore, a condition. */
export interface Holdable {
  acquire(): CoroutineObject<unknown>;
  release(): void;
}

/** Releases what it guards when it is disposed of, once. */
class Guard implements Disposable {
  #held: Holdable | null;

  constructor(held: Holdable) {
    this.#held = held;
  }

  [Symbol.dispose](): void {
    const held = this.#held;
    this.#held = null;
    held?.release();
  }
}

/** Acquires something, and gives what releases it at the end of a `using` scope. */
export const guard: (held: Holdable) => CoroutineObject<Disposable> = primitive(
  function* guard(held: Holdable): Coroutine<Disposable> {
    yield* held.acquire();
    return new Guard(held);
  },
);

/** For `asyncWith()`: acquires something, by its own `acquire()`, whose outcome is nobody's. */
export function* enter(held: Holdable): Coroutine<void> {
  yield* held.acquire();
}
