// Copyright 2026 the asyncio authors. MIT license.

import { RuntimeError } from "../../coroutines/mod.ts";

/**
 * An executor cannot go on: a worker has failed to start, or has ended when it should not.
 *
 * @example Usage
 * ```ts
 * import { BrokenExecutor, ProcessPoolExecutor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
 * await assertRejects(() => pool.submit(() => Deno.exit(1)).result(), BrokenExecutor);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.BrokenExecutor}
 */
export class BrokenExecutor extends RuntimeError {
  static {
    this.prototype.name = "BrokenExecutor";
  }
}

/**
 * A {@linkcode ThreadPoolExecutor} cannot go on: its initializer failed, or a thread has ended.
 *
 * @example Usage
 * ```ts
 * import { BrokenThreadPool, BrokenExecutor } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new BrokenThreadPool("the initializer failed"), BrokenExecutor);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.thread.BrokenThreadPool}
 */
export class BrokenThreadPool extends BrokenExecutor {
  static {
    this.prototype.name = "BrokenThreadPool";
  }
}

/**
 * A {@linkcode ProcessPoolExecutor} cannot go on: one of its processes has ended, was killed say.
 *
 * @example Usage
 * ```ts
 * import { BrokenProcessPool, BrokenExecutor } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new BrokenProcessPool("a process was killed"), BrokenExecutor);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.process.BrokenProcessPool}
 */
export class BrokenProcessPool extends BrokenExecutor {
  static {
    this.prototype.name = "BrokenProcessPool";
  }
}
