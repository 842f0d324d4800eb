// Copyright 2026 the asyncio authors. MIT license.

import { BaseSelector, checkTimeout } from "../base_selector.ts";
import { SOCK_NONBLOCK, SOCK_STREAM } from "../constants.ts";
import { RuntimeError } from "../errors.ts";
import type { FileObj } from "../file_object.ts";
import { now, startTimer } from "../_host.ts";
import type { NonBlockingPipe } from "../non_blocking_pipe.ts";
import type { NonBlockingSocket } from "../non_blocking_socket.ts";
import type { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { activity } from "./_activity.ts";
import { Connector } from "./_connector.ts";
import { Courtesy } from "./_courtesy.ts";
import { NativeRegistration, type RowOwner } from "./_native_registration.ts";
import { lookUp } from "./_look_up.ts";
import { NativePipe } from "./_native_pipe.ts";
import { NativeSocket } from "./native_socket.ts";
import { NOTHING } from "./_poll_events.ts";
import { tightenTimers } from "./_timer_slack.ts";
import { Wakeup } from "./_wakeup.ts";

/**
 * Waits on the host's pool at a time, in one isolate. The pool has 32 threads, and a wait takes one for
 * as long as it lasts: what is left is for files and names. Further selectors look for themselves.
 */
const MOST_POOL_WAITS = 16;

/** How often, in seconds, a selector looks for itself that found no place in the pool. */
const PROBE_INTERVAL = 0.002;

/** A wait that ends so many seconds later than wanted is let be. */
const TOLERANCE = 50e-6;

/**
 * A wait is to end so many seconds before its time, and what is left, if anything is, is waited for once
 * more, in this thread. For a thread that has slept for some milliseconds takes 100 us and more to wake
 * up, twice that if it has to wake up another. That is as long as the host may wait for its turn.
 */
const LEAD = 300e-6;

/** So much later than asked for a thread wakes up that has slept for less than a millisecond. */
const OVERSLEEP = 80e-6;

/**
 * So many events at once are told to an event loop; the rest comes with its next look. What a loop does
 * with an event it does in two steps, the callback's and the task's, each of them once for all events: a
 * thousand connections have left the processor's cache in between, and sixty-four have not. Streams of
 * a thousand connections, echo of 64 bytes, CPU a message: 9.5 us instead of 11.4.
 */
const EVENTS_FOR_LOOP = 64;

/**
 * For so many seconds after a wait on the pool nobody waits there before those who share the processor
 * have had it: what they send meanwhile spares the wait. And no longer, since the host, and all that goes
 * on beside the loop, has its turn in such a wait. One connection, echo of 64 bytes, both ends on one
 * processor, CPU a message: 8.1 us instead of 8.7.
 */
const LINGER = 5e-3;

/**
 * So many events at once are few: where there are more, they share the cost of the wait, and it is worse
 * to have given the processor away, for then the system interrupts whoever sends for each that receives.
 */
const FEW_EVENTS = 8;

/** How many waits are under way on the pool. */
let poolWaits = 0;

/**
 * What the selectors over the operating system's own descriptors have in common. Each is named after
 * the system call that it waits with; they need `--allow-ffi`.
 *
 * There are two ways to wait.
 *
 * - `await selector.select()`, and what event loops do: a thread of the host's pool waits in the system
 *   call, and this one is the host's meanwhile: its timers, fetches and listeners go on, and so do other
 *   loops. Going there and back takes 15 to 30 us of CPU; where something is ready already, nobody goes.
 *   The pool has 32 threads: from the 17th selector of an isolate that waits, they look for themselves
 *   every 2 ms, so that files and names are still served.
 * - `selector.selectSync()`: this thread waits, as in Python, and the isolate stands still: no timer, no
 *   promise, no signal listener. A loop that waits so is the fastest, and can run nothing but
 *   generators: an `await` would never go on.
 *
 * Either way a timeout is kept to about 0.1 ms where the system's calls are as fine, by a second, short
 * wait in this thread; and whoever was woken by a sender on the same processor lets it finish first.
 *
 * A wait on the pool keeps the process alive, and a loop that no longer wants it says so
 * ({@linkcode BaseSelector.interrupt}). {@linkcode NativeSelector.closed} tells when a selector that
 * was closed in the middle of a wait has let go of its descriptors. A Worker should close its selectors
 * before it ends: one that is terminated in the middle of a wait leaves a thread waiting, and its
 * descriptors open, for as long as the process lives.
 *
 * The C library is opened once an isolate, and never closed. To Deno's test sanitizer that is a leak if
 * it happens inside a test: make a selector before the tests, and close it.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example A loop of one's own that blocks, as in Python
 * ```ts
 * import { EpollSelector, EVENT_READ, socketpair } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * if (Deno.build.os === "linux") {
 *   using selector = new EpollSelector<string>();
 *   const [left, right] = socketpair();
 *   selector.register(left, EVENT_READ, "left");
 *   assertEquals(selector.selectSync(0), []);
 *
 *   right.send("x");
 *   for (const [key, events] of selector.selectSync()) {
 *     assertEquals([key.data, events], ["left", EVENT_READ]);
 *   }
 *   left.close();
 *   right.close();
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html}
 */
export abstract class NativeSelector<D = unknown, F extends FileObj = FileObj>
  extends BaseSelector<D, F> {
  // Invariants: #pending is true exactly while a wait is under way that will call #returned: on the
  // pool, or by a timer, which is so exactly if #stopProbe is not null. While #waiting, either
  // something under way will end the wait, or onReady has been called. #wakeup and the subclass's
  // descriptors are open until #release, which comes after the last wait.
  readonly #wakeup = new Wakeup();
  /** What the last look has found and `poll` has not told, and the sockets' activity at that time. */
  #ahead: readonly [SelectorKey<D, F>, number][] | null = null;
  #aheadAt = 0;
  #waiting = false;
  /** When the wait is over, in the host's seconds. */
  #until = Infinity;
  #pending = false;
  #pendingUntil = Infinity;
  /** Whether the wait under way does not know of all that is registered. */
  #outdated = false;
  #stopProbe: (() => void) | null = null;
  #closing = false;
  #closed: Promise<void> | null = null;
  #settleClosed: (() => void) | null = null;
  /** After waits on the pool, and before them. */
  readonly #courtesy = new Courtesy();
  readonly #forbearance = new Courtesy();
  #lingersUntil = -Infinity;
  /** How many events came when there were any last. */
  #lately = 0;
  /** Whether `selectSync()` is under way. */
  #isSelecting = false;
  /** Rows that are ready for everything, whatever the system says. */
  readonly #failed = new Set<NativeRegistration<D, F>>();
  readonly #owner: RowOwner<D, F> = {
    reconsider: (row) => this.#reconsider(row),
    abandon: (row) => this.abandoned(row),
  };

  /** For subclasses: nothing is registered. */
  constructor() {
    super();
    tightenTimers();
  }

  /**
   * Waits in this thread until a registered file object is ready, or time is up. Nothing else of the
   * isolate runs meanwhile. A signal does not end the wait. If sockets are connecting to names, these are
   * looked up first, in this thread, for as long as the resolver takes.
   *
   * @param timeout The longest wait in seconds, rounded up; `0` or less does not wait; `null` or
   *   `undefined` waits for ever.
   * @returns A key and the mask of its ready events for each ready file object; empty when time is up.
   * @throws {RuntimeError} If the selector is closed, or is being waited on already.
   * @throws {ValueError} If `timeout` is `NaN`.
   */
  selectSync(timeout?: number | null): [SelectorKey<D, F>, number][] {
    if (this.getMap() === undefined) throw new RuntimeError("Selector is closed");
    checkTimeout(timeout);
    if (this.onReady !== null) {
      throw new RuntimeError("Cannot select: selector is being waited on already");
    }
    this.#isSelecting = true;
    try {
      return [...this.block(Math.max(timeout ?? Infinity, 0))];
    } finally {
      this.#isSelecting = false;
    }
  }

  /**
   * Event loops only: what is ready, waited for in this thread. {@linkcode NativeSelector.selectSync}
   * without its checks.
   *
   * @param timeout The longest wait in seconds; 0 does not wait, `Infinity` waits for ever.
   * @returns As {@linkcode NativeSelector.poll} does.
   */
  override block(timeout: number): readonly [SelectorKey<D, F>, number][] {
    this.#ahead = null;
    const ready = this.#look(0);
    if (ready.length > 0 || timeout === 0) return ready;
    Connector.answerHere();
    const end = timeout === Infinity ? Infinity : now() + timeout;
    for (let rest = timeout;;) {
      const ready = this.#look(withLead(rest));
      if (ready.length > 0) return this.#lookAgain(ready);
      if (end !== Infinity && (rest = end - now()) <= 0) return ready;
    }
  }

  /**
   * Event loops only: what is ready now. Never waits. What the system finds wrong with a file object
   * that is registered is thrown, as CPython's `select()` throws it.
   *
   * @returns A key and the mask of its ready events for each ready file object.
   */
  override poll(): readonly [SelectorKey<D, F>, number][] {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead !== null && activity.count === this.#aheadAt) return ahead;
    return this.active ? this.#look(0) : NOTHING;
  }

  /** See {@linkcode BaseSelector.modify}. */
  override modify(fileobj: FileObj, events: number, data?: D): SelectorKey<D, F> {
    this.#ahead = null;
    return super.modify(fileobj, events, data);
  }

  /** See {@linkcode BaseSelector.prepare}. */
  override prepare(timeout: number): boolean {
    this.#waiting = false;
    if (this.#lookAhead()) return true;
    if (timeout <= 0 || this.#closing) return false;
    const time = now();
    this.#until = time + timeout;
    const mayLinger = this.#lately <= FEW_EVENTS && timeout > LINGER;
    if (mayLinger && time < this.#lingersUntil && this.#linger()) return true;
    this.#waiting = true;
    // Who waits for ever for nothing keeps no process alive. What is registered later begins the wait.
    if (this.active || timeout !== Infinity) this.#begin();
    return false;
  }

  /** `true`: the system call that waits has a timeout. */
  override get keepsTime(): boolean {
    return true;
  }

  /** See {@linkcode BaseSelector.interrupt}. The wait under way returns at once. */
  override interrupt(): void {
    this.#waiting = false;
    if (this.#pending) this.#wake();
  }

  /**
   * Closes the selector. A pending `select()` gives an empty list; the file objects stay open.
   * Closing again does nothing. Its own descriptors are closed at once, or, if a wait is under way,
   * when that has returned: see {@linkcode NativeSelector.closed}.
   */
  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#waiting = false;
    super.close();
    this.#failed.clear();
    this.#ahead = null;
    if (!this.#pending) return this.#release();
    this.#closed = new Promise((resolve) => this.#settleClosed = resolve);
    this.#wake();
  }

  /** See {@linkcode BaseSelector.closed}. */
  override get closed(): Promise<void> | null {
    return this.#closed;
  }

  /**
   * A new {@linkcode NativeSocket}, non-blocking.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`.
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`.
   * @returns The socket.
   */
  override createSocket(family?: number, type?: number): NonBlockingSocket {
    return new NativeSocket(family, (type ?? SOCK_STREAM) | SOCK_NONBLOCK);
  }

  /** See {@linkcode BaseSelector.openPipe}. */
  override openPipe(fd: number): NonBlockingPipe {
    return new NativePipe(fd);
  }

  /** See {@linkcode BaseSelector.lookUp}. */
  override lookUp(host: string, family: number): readonly string[] {
    return lookUp(host, family);
  }

  /** How many events may be told at once: all to who selects by hand. */
  protected get most(): number {
    return this.#isSelecting || this.isSelecting ? Infinity : EVENTS_FOR_LOOP;
  }

  /** Whether the selector has been closed, or is about to be. */
  protected get closing(): boolean {
    return this.#closing;
  }

  /** The descriptor that ends a wait when it becomes readable. */
  protected get wakeupDescriptor(): number {
    return this.#wakeup.fd;
  }

  /**
   * Whether a wait under way watches only what was registered when it began.
   */
  protected abstract get waitsOnSnapshot(): boolean;

  /**
   * Makes the system watch the descriptor of a row for just these events. If it throws, the descriptor
   * is not watched.
   *
   * @param row The row.
   * @param events Mask of `EVENT_READ` and `EVENT_WRITE`.
   */
  protected abstract watch(row: Registration<D, F>, events: number): void;

  /**
   * Makes the system cease to watch a descriptor, which may be closed by now. Must not throw.
   *
   * @param row The row.
   */
  protected abstract unwatch(row: Registration<D, F>): void;

  /**
   * Asks the system what is ready, in this thread.
   *
   * @param timeout The longest wait in seconds; 0 does not wait, `Infinity` waits for ever.
   * @returns What is ready; nothing if the call was interrupted.
   */
  protected abstract scan(timeout: number): readonly [SelectorKey<D, F>, number][];

  /**
   * Waits on a thread of the pool until something may be ready, or the wake-up descriptor is. What it
   * uses must not belong to the isolate.
   *
   * @param timeout The longest wait in seconds, `Infinity` for none.
   * @returns A promise that settles when the wait is over.
   */
  protected abstract wait(timeout: number): Promise<unknown>;

  /** Closes what the selector has opened. No wait is under way, and none will be. */
  protected abstract release(): void;

  /**
   * The socket of a row is about to be closed, or to give its descriptor away.
   *
   * @param _row The row.
   */
  protected abandoned(_row: Registration<D, F>): void {}

  /**
   * For constructors: opens what the selector needs, and closes what it has already if that fails.
   *
   * @param open What opens it.
   * @returns What it gives.
   */
  protected acquire<T>(open: () => T): T {
    try {
      return open();
    } catch (error) {
      this.#wakeup.close();
      throw error;
    }
  }

  /** Begins to watch a file object. */
  protected override attach(key: SelectorKey<D, F>): Registration<D, F> {
    const row = new NativeRegistration(key, this.#owner);
    this.#apply(row);
    row.lease?.watch(row);
    return row;
  }

  /** Takes note that other events matter now. */
  protected override change(row: Registration<D, F>): void {
    const own = row as NativeRegistration<D, F>;
    try {
      this.#apply(own);
    } catch (error) {
      this.detach(own);
      throw error;
    }
  }

  /** Ceases to watch a file object. */
  protected override detach(row: Registration<D, F>): void {
    const own = row as NativeRegistration<D, F>;
    this.#ahead = null;
    this.#failed.delete(own);
    own.lease?.unwatch(own);
    if (!this.#closing) this.unwatch(own);
  }

  /** `select()` gives the host a turn before it asks again: what was found may not hold any more. */
  protected override look(enough: () => boolean): Promise<void> {
    this.#ahead = null;
    return super.look(enough);
  }

  /** Makes the system watch for what a row's key says, unless its socket would rather not. */
  #apply(row: NativeRegistration<D, F>): void {
    this.#ahead = null;
    if (row.lease?.suspended) return this.unwatch(row);
    this.watch(row, row.key.events);
    const failed = row.lease?.failed ?? false;
    if (failed) this.#failed.add(row);
    if (!this.#pending) return this.#waiting ? this.#begin() : undefined;
    if (!failed && !this.waitsOnSnapshot) return;
    // Here is news that the wait under way does not bring.
    this.#outdated = true;
    if (this.#waiting) this.#wake();
  }

  /** The socket of a row has begun to resolve a name, or has ended doing so. */
  #reconsider(row: NativeRegistration<D, F>): void {
    this.#failed.delete(row);
    try {
      this.#apply(row);
    } catch {
      // The row stays, and nothing is reported of it: what the system finds wrong with an open
      // socket of ours is that it has no room, and a later change tells.
    }
  }

  #look(timeout: number): readonly [SelectorKey<D, F>, number][] {
    if (this.#failed.size === 0) return this.scan(timeout);
    const ready = this.scan(0).filter(([key]) => !this.#hasFailed(key));
    for (const { key } of this.#failed) ready.push([key, key.events]);
    return ready;
  }

  /** A wait has ended: perhaps there is more to come at once. */
  #lookAgain(
    ready: readonly [SelectorKey<D, F>, number][],
  ): readonly [SelectorKey<D, F>, number][] {
    if (!this.#courtesy.step()) return ready;
    const more = this.#look(0);
    this.#courtesy.found(more.length);
    return more.length === 0 ? ready : more;
  }

  #hasFailed(key: SelectorKey<D, F>): boolean {
    for (const row of this.#failed) if (row.key === key) return true;
    return false;
  }

  /** Whether there is something to tell, be it an error, within so many seconds. */
  #lookAhead(timeout = 0, waited = timeout > 0): boolean {
    this.#ahead = null;
    if (timeout === 0 && !this.active) return false;
    try {
      const ready = this.#look(timeout);
      if (ready.length === 0) return false;
      this.#lately = ready.length;
      this.#ahead = waited ? this.#lookAgain(ready) : ready;
      this.#aheadAt = activity.count;
    } catch {
      // The next poll meets it again, and throws it.
    }
    return true;
  }

  /** Lets those who share the processor have it. Whether that has brought something. */
  #linger(): boolean {
    if (!this.#forbearance.step()) return false;
    const found = this.#lookAhead();
    this.#forbearance.found(this.#ahead?.length ?? 0);
    return found || this.#until <= now();
  }

  /** Sees to it that a wait is under way that ends in time. */
  #begin(): void {
    if (this.#pending) {
      // It returns at once, and begins anew.
      if (this.#outdated || this.#pendingUntil > this.#until + TOLERANCE) this.#wake();
      return;
    }
    const rest = this.#until === Infinity ? Infinity : Math.max(this.#until - now(), 0);
    if (poolWaits < MOST_POOL_WAITS) {
      this.wait(withLead(rest)).then(this.#poolReturned, this.#poolReturned);
      poolWaits++;
    } else {
      this.#stopProbe = startTimer(Math.min(rest, PROBE_INTERVAL), this.#returned);
    }
    this.#pending = true;
    this.#pendingUntil = this.#until;
    this.#outdated = false;
  }

  #wake(): void {
    if (this.#stopProbe === null) return this.#wakeup.signal();
    this.#stopProbe();
    this.#stopProbe = null;
    queueMicrotask(this.#returned);
  }

  readonly #poolReturned = (): void => {
    poolWaits--;
    this.#returned();
  };

  /** The wait under way is over. */
  readonly #returned = (): void => {
    this.#pending = false;
    this.#stopProbe = null;
    this.#wakeup.reset();
    if (this.#closing) return this.#release();
    if (!this.#waiting) return;
    if (!this.#isOver()) return this.#begin();
    this.#waiting = false;
    this.#lingersUntil = now() + LINGER;
    this.onReady?.();
  };

  /** Whether there is something to tell, or time is up, or so nearly that it is waited for here. */
  #isOver(): boolean {
    if (this.#lookAhead(0, true)) return true;
    if (this.#until === Infinity) return false;
    const rest = this.#until - now();
    return rest <= 0 || rest <= LEAD && this.#waitOut(rest);
  }

  /** Waits in this thread for the little that is left. Returns `true`: it is over then. */
  #waitOut(rest: number): boolean {
    for (let left = rest; left > 0; left = this.#until - now()) {
      if (this.#lookAhead(withLead(left), true)) break;
    }
    return true;
  }

  #release(): void {
    this.release();
    this.#wakeup.close();
    this.#settleClosed?.();
  }
}

/** How long to wait at first. */
function withLead(seconds: number): number {
  if (seconds > 2 * LEAD) return seconds - LEAD;
  return seconds > 1.25 * OVERSLEEP ? seconds - OVERSLEEP : seconds;
}
