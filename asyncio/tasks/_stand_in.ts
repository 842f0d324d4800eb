// Copyright 2026 the asyncio authors. MIT license.

import { type AbstractEventLoop, Future, standsFor } from "../../coroutines/mod.ts";

/** A future that is waited for in place of others: whoever looks at the tasks sees through it. */
export class StandIn<T> extends Future<T> {
  readonly #others: Iterable<Future<unknown>>;

  static {
    Object.defineProperty(this, "name", { value: "Future" });
  }

  /**
   * A pending one.
   *
   * @param others What is really waited for.
   * @param loop The loop that it belongs to.
   */
  constructor(others: Iterable<Future<unknown>>, loop: AbstractEventLoop) {
    super({ loop });
    this.#others = others;
  }

  get [standsFor](): Iterable<Future<unknown>> {
    return this.#others;
  }
}
