// Copyright 2026 the asyncio authors. MIT license.

/**
 * The exceptions of queues.
 *
 * @module
 */

/**
 * An item was asked for without waiting, and the queue has none.
 *
 * @example Usage
 * ```ts
 * import { Queue, QueueEmpty } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new Queue().getNowait(), QueueEmpty);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueEmpty}
 */
export class QueueEmpty extends Error {
  static {
    this.prototype.name = "QueueEmpty";
  }
}

/**
 * An item was put without waiting, and the queue has no room for it.
 *
 * @example Usage
 * ```ts
 * import { Queue, QueueFull } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * const queue = new Queue<number>(1);
 * queue.putNowait(1);
 * assertThrows(() => queue.putNowait(2), QueueFull);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueFull}
 */
export class QueueFull extends Error {
  static {
    this.prototype.name = "QueueFull";
  }
}

/**
 * The queue was shut down: nothing more can be put, or there is nothing more to get.
 *
 * @example Usage
 * ```ts
 * import { Queue, QueueShutDown } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * const queue = new Queue<number>();
 * queue.shutdown();
 * assertThrows(() => queue.putNowait(1), QueueShutDown);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueShutDown}
 */
export class QueueShutDown extends Error {
  static {
    this.prototype.name = "QueueShutDown";
  }
}
