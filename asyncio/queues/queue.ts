// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import {
  type AbstractEventLoop,
  type Coroutine,
  type CoroutineObject,
  inspectAsText,
  primitive,
  PrimitiveCoroutine,
  repr,
} from "../../coroutines/mod.ts";
import { checkNumber } from "../_check_number.ts";
import { Deque } from "./_deque.ts";
import { Event } from "../sync/event.ts";
import { bindLoop } from "../sync/_loop_bound.ts";
import { QueueEmpty, QueueFull, QueueShutDown } from "./queue_errors.ts";
import { type Waiter, WaitingLine } from "../sync/_waiting_line.ts";

/**
 * A queue that hands items from tasks to tasks: first in, first out.
 *
 * - A bounded queue makes those who put wait while it is full, and so keeps them from running ahead.
 * - Order: those who wait, to put or to get, are woken in the order of their coming. One who comes
 *   while there is room, or an item, does not wait for them.
 * - Cancellation while waiting: no item is lost or put; if it was the task's turn, the next is woken.
 *
 * To keep the items in another way, derive a class and override `storeItem()`, `takeItem()`,
 * `storedItems()` and `qsize()`.
 *
 * @typeParam T Type of the items.
 *
 * @example Usage
 * ```ts
 * import { createTask, Queue, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<string>(1);
 *
 * function* cook() {
 *   for (const pizza of ["margherita", "marinara"]) yield* queue.put(pizza);
 *   queue.shutdown();
 * }
 *
 * await run(function* () {
 *   createTask(cook());
 *   assertEquals(yield* queue.get(), "margherita");
 *   assertEquals(yield* queue.get(), "marinara");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue}
 */
export class Queue<T> {
  // Invariants: #finished is set as long as #unfinished is 0. A waiter leaves its line when it is
  // woken, or cancelled and going on.
  readonly #maxsize: number;
  readonly #items = new Deque<T>();
  readonly #getters = new WaitingLine(this, "get");
  readonly #putters = new WaitingLine(this, "put");
  readonly #finished = new Event();
  #unfinished = 0;
  #isShutdown = false;
  #loop: AbstractEventLoop | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * Makes an empty queue.
   *
   * @param maxsize How many items fit in; zero or less for any number. Default: 0.
   * @throws {TypeError} If it is no number.
   */
  constructor(maxsize: number = 0) {
    checkNumber(maxsize, "maxsize");
    this.#maxsize = maxsize;
    this.#finished.set();
  }

  /** Keeps an item. Called when there is room. */
  protected storeItem(item: T): void {
    this.#items.push(item);
  }

  /** Takes out the item whose turn it is. Called when there is one. */
  protected takeItem(): T {
    return this.#items.shift();
  }

  /** The items, for the repr. */
  protected storedItems(): readonly T[] {
    return this.#items.toArray();
  }

  /** How many items there are. */
  qsize(): number {
    return this.#items.size;
  }

  /** How many items fit in; zero or less for any number. */
  get maxsize(): number {
    return this.#maxsize;
  }

  /** Whether there is no item. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /** Whether there is no room. */
  full(): boolean {
    return this.#maxsize > 0 && this.qsize() >= this.#maxsize;
  }

  /**
   * Puts an item, as soon as there is room. Does not give way to others if there is.
   *
   * @param item The item.
   * @returns A coroutine.
   * @throws {QueueShutDown} If the queue is shut down, before or meanwhile.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If tasks of another loop have waited at this queue.
   */
  put(item: T): CoroutineObject<void> {
    return new Queue.#Put(this, item);
  }

  // CPython: Lib/asyncio/queues.py, Queue.put
  static readonly #Put = class<T> extends PrimitiveCoroutine<void, Queue<T>, Waiter> {
    readonly #item: T;

    static {
      this.named("put");
    }

    constructor(queue: Queue<T>, item: T) {
      super(queue);
      this.#item = item;
    }

    override begin(): Waiter | null {
      const queue = this.owner;
      if (!queue.full()) return null;
      if (queue.#isShutdown) throw new QueueShutDown();
      return queue.#join(queue.#putters);
    }

    /** Somebody else may have come first. */
    override woken(): Waiter | null {
      return this.begin();
    }

    override giveUp(putter: Waiter): void {
      const queue = this.owner;
      queue.#giveUp(queue.#putters, putter, !queue.full());
    }

    override finish(): void {
      this.owner.putNowait(this.#item);
    }
  };

  /**
   * Puts an item at once.
   *
   * @param item The item.
   * @throws {QueueFull} If there is no room.
   * @throws {QueueShutDown} If the queue is shut down.
   */
  // CPython: Lib/asyncio/queues.py, Queue.put_nowait
  putNowait(item: T): void {
    if (this.#isShutdown) throw new QueueShutDown();
    if (this.full()) throw new QueueFull();
    this.storeItem(item);
    if (this.#unfinished++ === 0) this.#finished.clear();
    if (this.#getters.size > 0) this.#getters.dismissNext();
  }

  /**
   * Takes an item, as soon as there is one. Does not give way to others if there is.
   *
   * @returns A coroutine giving the item.
   * @throws {QueueShutDown} If the queue is shut down, before or meanwhile, and empty.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If tasks of another loop have waited at this queue.
   */
  get(): CoroutineObject<T> {
    return new Queue.#Get(this);
  }

  // CPython: Lib/asyncio/queues.py, Queue.get
  static readonly #Get = class<T> extends PrimitiveCoroutine<T, Queue<T>, Waiter> {
    static {
      this.named("get");
    }

    override begin(): Waiter | null {
      const queue = this.owner;
      if (!queue.empty()) return null;
      if (queue.#isShutdown) throw new QueueShutDown();
      return queue.#join(queue.#getters);
    }

    /** Somebody else may have come first. */
    override woken(): Waiter | null {
      return this.begin();
    }

    override giveUp(getter: Waiter): void {
      const queue = this.owner;
      queue.#giveUp(queue.#getters, getter, !queue.empty());
    }

    override finish(): T {
      return this.owner.getNowait();
    }
  };

  /**
   * Takes an item at once.
   *
   * @returns The item.
   * @throws {QueueEmpty} If there is none.
   * @throws {QueueShutDown} If there is none and the queue is shut down.
   */
  // CPython: Lib/asyncio/queues.py, Queue.get_nowait
  getNowait(): T {
    if (this.empty()) throw this.#isShutdown ? new QueueShutDown() : new QueueEmpty();
    const item = this.takeItem();
    if (this.#putters.size > 0) this.#putters.dismissNext();
    return item;
  }

  #join(line: WaitingLine): Waiter {
    this.#loop = bindLoop(this, this.#loop);
    return line.join(this.#loop);
  }

  /** Leaves the line early. If it was the waiter's turn and still is, it is the next one's. */
  #giveUp(line: WaitingLine, waiter: Waiter, isTurn: boolean): void {
    waiter.cancel();
    line.leave(waiter);
    if (isTurn && !waiter.cancelled()) line.dismissNext();
  }

  /**
   * Says that an item that was taken is dealt with. Call it once for each.
   *
   * @throws {ValueError} If it is called more often than items were put.
   */
  // CPython: Lib/asyncio/queues.py, Queue.task_done
  taskDone(): void {
    if (this.#unfinished <= 0) throw new ValueError("taskDone() called too many times");
    this.#unfinished--;
    if (this.#unfinished === 0) this.#finished.set();
  }

  /**
   * Waits until all items that were put are dealt with.
   *
   * @returns A coroutine.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   */
  join(): CoroutineObject<void> {
    return Queue.#joinAll(this);
  }

  // CPython: Lib/asyncio/queues.py, Queue.join
  static readonly #joinAll = primitive(function* join<T>(queue: Queue<T>): Coroutine<void> {
    if (queue.#unfinished > 0) yield* queue.#finished.wait();
  });

  /**
   * Shuts the queue down: nothing more can be put, and getting fails once it is empty. All who wait
   * are woken.
   *
   * @param immediate Whether to throw the items away and count them as dealt with. Default: `false`.
   */
  // CPython: Lib/asyncio/queues.py, Queue.shutdown
  shutdown(immediate: boolean = false): void {
    this.#isShutdown = true;
    if (immediate) this.#drain();
    while (this.#getters.dismissNext());
    while (this.#putters.dismissNext());
  }

  #drain(): void {
    while (!this.empty()) {
      this.takeItem();
      if (this.#unfinished > 0) this.#unfinished--;
    }
    if (this.#unfinished === 0) this.#finished.set();
  }

  /** Python's `str()`: `<Queue maxsize=2 _queue=[1, 2] _putters[1] tasks=2>`. */
  toString(): string {
    const words = [`<${this.constructor.name} maxsize=${this.#maxsize}`];
    const items = this.storedItems();
    if (items.length > 0) words.push(`_queue=[${items.map(repr).join(", ")}]`);
    if (this.#getters.size > 0) words.push(`_getters[${this.#getters.size}]`);
    if (this.#putters.size > 0) words.push(`_putters[${this.#putters.size}]`);
    if (this.#unfinished > 0) words.push(`tasks=${this.#unfinished}`);
    if (this.#isShutdown) words.push("shutdown");
    return `${words.join(" ")}>`;
  }
}
