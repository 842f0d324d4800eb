// Copyright 2026 the asyncio authors. MIT license.

import { type Claim, setClaim } from "../tasks/_concurrent_state.ts";
import type { ConcurrentFuture } from "../tasks/concurrent_future.ts";
import type { Connect, Connection } from "./_connection.ts";
import { Line } from "./_line.ts";
import { nameOf, type Source } from "./_source.ts";
import { transferOf } from "./transfer.ts";
import type { EncodedError } from "./_encode_error.ts";
import { type CallMessage, CELL, type FromWorker } from "./_worker_main.ts";

/** A call that was submitted. */
export interface WorkItem {
  readonly source: Source;
  /** The arguments; of a chunk, those of each of its calls. */
  readonly args: unknown[];
  readonly isChunk: boolean;
  readonly future: ConcurrentFuture<unknown>;
}

/** What a pool hears of a worker that has started. */
export interface WorkerEvents {
  onReady(worker: PoolWorker): void;
  /** The initializer has failed. */
  onFailed(worker: PoolWorker, error: EncodedError): void;
  /** A call is over; `value` is the result, or the error. */
  onDone(worker: PoolWorker, item: WorkItem, failed: boolean, value: unknown): void;
  /** An argument of a call cannot be sent. */
  onRefused(worker: PoolWorker, item: WorkItem, error: unknown): void;
  /** A call is not done after all: it was cancelled. */
  onDropped(worker: PoolWorker, item: WorkItem): void;
  /** There is room for another call. */
  onRoom(worker: PoolWorker): void;
  onExit(worker: PoolWorker, error: unknown): void;
}

/** How a pool starts its workers. */
export interface WorkerOptions {
  readonly connect: Connect;
  readonly name: string;
  readonly initializer: Source | null;
  readonly initargs: readonly unknown[];
  /** Whether calls may be sent ahead: the worker shares memory with us. */
  readonly sendsAhead: boolean;
}

/**
 * The most calls that a thread has before it. Calls that wait there for their turn, and come several in
 * a message, cost half.
 */
const MAX_DEPTH = 16;

/** Calls that take less than so many seconds are worth being sent ahead. */
const SHORT_CALL = 100e-6;

/** A call that was sent, or is about to be. */
interface Sent {
  readonly id: number;
  readonly item: WorkItem;
  readonly slot: number;
  claim: CellClaim | null;
}

/** A call that was sent ahead. Its cell tells whether it has begun; only one side wins it. */
class CellClaim implements Claim {
  readonly #cells: Int32Array;
  readonly #slot: number;
  /** Whether the call was taken back. */
  isWithdrawn = false;
  /** Whether another worker has it since. */
  isStolen = false;

  constructor(cells: Int32Array, slot: number) {
    this.#cells = cells;
    this.#slot = slot;
    Atomics.store(cells, slot, CELL.SENT);
  }

  withdraw(): boolean {
    const before = Atomics.compareExchange(this.#cells, this.#slot, CELL.SENT, CELL.WITHDRAWN);
    return this.isWithdrawn = before === CELL.SENT;
  }

  hasBegun(): boolean {
    return Atomics.load(this.#cells, this.#slot) === CELL.BEGUN;
  }
}

/**
 * One worker of a pool: what it has been sent, and how far it is.
 *
 * Invariants: `#sent` are the calls it has not answered, in the order in which it does them. Fewer than
 * `#cells.length` of them, so that each has a cell of its own. While `#awaited` is set, nothing more is sent:
 * the worker is importing the function of that call.
 */
export class PoolWorker {
  /** Calls sent in all. */
  callCount = 0;
  /** When it was last heard of, in seconds of the host's clock. */
  heardAt = 0;

  readonly connection: Connection;
  readonly #events: WorkerEvents;
  readonly #cells: Int32Array | null;
  #sent = new Line<Sent>();
  /** The last of them, which are still to be posted. */
  #outbox: Sent[] = [];
  /** Functions that the worker knows, each by its number. */
  readonly #functions = new Map<Source, number>();
  #functionCount = 0;
  #isReady = false;
  #depth = 1;
  #awaited: WorkItem | null = null;

  constructor(options: WorkerOptions, events: WorkerEvents) {
    this.#events = events;
    this.#cells = options.sendsAhead
      ? new Int32Array(new SharedArrayBuffer(4 * 2 * MAX_DEPTH))
      : null;
    this.connection = options.connect(options.name, {
      onMessage: (message) => this.#receive(message),
      onExit: (error) => events.onExit(this, error),
    });
    this.#start(options);
  }

  #start({ name, initializer, initargs }: WorkerOptions): void {
    const { connection } = this;
    const args = connection.pack(initializer === null ? [] : [...initargs]);
    connection.post(["start", name, this.#cells, initializer, args], []);
  }

  /** Whether it has nothing to do, and could. */
  get isIdle(): boolean {
    return this.#isReady && this.#sent.length === 0 && this.#awaited === null;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it can take another call, if not do it at once. Room is made for several together. */
  get hasRoom(): boolean {
    if (!this.#isReady || this.#awaited !== null) return false;
    const { length } = this.#sent;
    return this.#outbox.length > 0 ? length < this.#depth : 2 * length < this.#depth;
  }

  /** The calls that it has, begun or not. */
  get items(): WorkItem[] {
    const sent = [...this.#sent].filter((one) => !one.claim?.isWithdrawn).map(({ item }) => item);
    return this.#awaited === null ? sent : [...sent, this.#awaited];
  }

  /** Takes a call, to be posted by `flush()`. */
  send(item: WorkItem): void {
    if (!this.#functions.has(item.source)) {
      const id = this.#functionCount++;
      this.connection.post(["define", id, item.source], []);
      this.#functions.set(item.source, id);
      // Of a module nothing is known yet, so its calls wait until the worker has the function.
      if (item.source.kind === "module") {
        this.#awaited = item;
        return;
      }
    }
    this.#sendCall(item);
  }

  /** Posts the calls that it has been given. */
  flush(): void {
    const calls = this.#outbox;
    if (calls.length === 0) return;
    this.#outbox = [];
    if (calls.length === 1) return this.#postOne(calls[0]!);
    try {
      this.#post(calls);
    } catch {
      // One of them has an argument that cannot be cloned; nothing has been sent.
      for (const call of calls) this.#postOne(call);
    }
  }

  /** Takes back a call that was sent ahead and has not begun; `null` if there is none. */
  withdrawOne(): WorkItem | null {
    for (const { item, claim } of this.#sent) {
      if (claim === null || claim.isWithdrawn || !claim.withdraw()) continue;
      claim.isStolen = true;
      setClaim(item.future, null);
      return item;
    }
    return null;
  }

  /** Whether it has calls that wait behind one, which takes longer than those before. */
  isStuck(now: number): boolean {
    return this.#sent.length > 1 && now - this.heardAt > 10 * SHORT_CALL;
  }

  #sendCall(item: WorkItem): void {
    const id = this.callCount++;
    const slot = this.#cells === null ? 0 : id % this.#cells.length;
    const claim = this.#claim(item, slot);
    if (claim === null) item.future.setRunningOrNotifyCancel();
    if (this.#sent.length === 0) this.heardAt = performance.now() / 1000;
    const sent = { id, item, slot, claim };
    this.#sent.push(sent);
    this.#outbox.push(sent);
  }

  /** A call that is sent ahead can be taken back, but not one whose arguments are moved. */
  #claim(item: WorkItem, slot: number): CellClaim | null {
    if (this.#cells === null) return null;
    const claim = new CellClaim(this.#cells, slot);
    if (this.#sent.length === 0 || item.args.some((arg) => transferOf(arg) !== null)) return null;
    setClaim(item.future, claim);
    return claim;
  }

  #postOne(call: Sent): void {
    try {
      this.#post([call]);
    } catch (error) {
      const sent = this.#sent.clear().filter((one) => one !== call);
      for (const one of sent) this.#sent.push(one);
      setClaim(call.item.future, null);
      this.#events.onRefused(this, call.item, explainCloning(error, call.item, this.connection));
    }
  }

  /** Throws if an argument cannot be cloned; nothing has been sent then. */
  #post(calls: readonly Sent[]): void {
    const transferables: Transferable[] = [];
    const messages = calls.map(({ id, item, slot }): CallMessage => {
      const args = unwrap(item, this.connection, transferables);
      const fn = this.#functions.get(item.source)!;
      return [id, fn, item.isChunk, this.connection.pack(args), slot];
    });
    this.connection.post(["calls", messages], transferables);
  }

  #receive(message: FromWorker): void {
    switch (message[0]) {
      case "ready":
        this.#isReady = true;
        return this.#events.onReady(this);
      case "failed":
        return this.#events.onFailed(this, this.#errorOf(message[1]));
      case "defined":
        return this.#onDefined(message[1], message[2] === null ? null : this.#errorOf(message[2]));
      case "skipped":
        return this.#onSkipped();
      case "result":
        return this.#onDone(false, message[2], message[3]);
      case "error":
        return this.#onDone(true, message[2], message[3]);
    }
  }

  #onDone(failed: boolean, packed: unknown, seconds: number): void {
    const { item } = this.#sent.take()!;
    this.#depth = seconds < SHORT_CALL && this.#cells !== null
      ? Math.min(2 * this.#depth, MAX_DEPTH)
      : 1;
    if (this.#sent.length > 0) this.heardAt = performance.now() / 1000;
    this.#events.onDone(this, item, failed, this.connection.unpack(packed));
  }

  #errorOf(packed: unknown): EncodedError {
    return this.connection.unpack(packed) as EncodedError;
  }

  #onSkipped(): void {
    const { item, claim } = this.#sent.take()!;
    if (claim!.isStolen) this.#events.onRoom(this);
    else this.#events.onDropped(this, item);
  }

  #onDefined(id: number, error: EncodedError | null): void {
    const item = this.#awaited!;
    this.#awaited = null;
    if (error !== null) this.#forget(id);
    if (item.future.cancelled()) return this.#events.onDropped(this, item);
    if (error !== null) return this.#events.onDone(this, item, true, error);
    this.#sendCall(item);
    this.#events.onRoom(this);
  }

  #forget(id: number): void {
    for (const [source, known] of this.#functions) {
      if (known === id) this.#functions.delete(source);
    }
  }
}

/** The arguments of a call as they are sent. What is to be moved of them joins `transferables`. */
function unwrap(
  { args, isChunk, source }: WorkItem,
  connection: Connection,
  transferables: Transferable[],
): unknown[] {
  const unwrapOne = (arg: unknown) => {
    const moved = transferOf(arg);
    if (moved === null) return arg;
    if (!connection.sharesMemory) {
      throw new TypeError(
        `An argument of ${nameOf(source)}() cannot be moved to another process: ` +
          "transfer() is for threads",
      );
    }
    transferables.push(...moved.transferables);
    return moved.value;
  };
  return isChunk ? (args as unknown[][]).map((list) => list.map(unwrapOne)) : args.map(unwrapOne);
}

/** An error that names the argument that cannot be cloned. */
function explainCloning(error: unknown, item: WorkItem, connection: Connection): unknown {
  if (error instanceof TypeError) return error;
  const call = `${nameOf(item.source)}()`;
  const lists = item.isChunk ? item.args as unknown[][] : [item.args];
  for (const list of lists) {
    for (const [i, arg] of list.entries()) {
      const problem = whyNotCloned(transferOf(arg)?.value ?? arg, connection);
      if (problem === null) continue;
      const text = `Argument ${i + 1} of ${call} cannot be sent to a worker: ${problem}`;
      return new DOMException(text, "DataCloneError");
    }
  }
  const text = `The arguments of ${call} cannot be sent to a worker: ${(error as Error).message}`;
  return new DOMException(text, "DataCloneError");
}

function whyNotCloned(value: unknown, connection: Connection): string | null {
  try {
    if (connection.sharesMemory) structuredClone(value);
    else connection.pack([value, null, null, null, null, null, null, null, null, null]);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
