// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, BaseSelector and _BaseSelectorImpl

import { KeyError, RuntimeError, ValueError } from "./errors.ts";
import { ALL_EVENTS } from "./events.ts";
import { descriptorOf, type FileObj } from "./file_object.ts";
import { hostTurn, now, startTimer } from "./_host.ts";
import type { NonBlockingPipe } from "./non_blocking_pipe.ts";
import type { NonBlockingSocket } from "./non_blocking_socket.ts";
import type { Registration } from "./registration.ts";
import { repr } from "./_repr.ts";
import { SelectorKey } from "./selector_key.ts";
import { SelectorMap } from "./selector_map.ts";

/**
 * What all selectors have in common: the table of registrations, and `select()`.
 *
 * A selector is used in one of two ways.
 *
 * - By hand: `await selector.select()` in a loop of one's own, as in Python.
 * - By an event loop, which never calls `select()` but the members that it is built on:
 *   {@linkcode BaseSelector.poll}, {@linkcode BaseSelector.prepare},
 *   {@linkcode BaseSelector.interrupt} and {@linkcode BaseSelector.onReady}.
 *
 * Readiness is level-triggered: a file object is reported again and again until it is drained.
 * A report may be spurious, so a `recv` after it may still throw `BlockingIOError`.
 *
 * To write a selector, extend this class and say how to `attach`, `change` and `detach` one
 * registration, what is ready (`poll`), how to begin a wait (`prepare`), and what sockets it watches
 * (`createSocket`).
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, EVENT_READ, Socket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new DefaultSelector<string>();
 * using server = new Socket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen();
 * selector.register(server, EVENT_READ, "server");
 * assertEquals(await selector.select(0), []);
 *
 * using _client = await Deno.connect({ port: Number(server.getsockname()[1]) });
 * for (const [key, events] of await selector.select()) {
 *   assertEquals([key.data, events], ["server", EVENT_READ]);
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.BaseSelector}
 */
export abstract class BaseSelector<D = unknown, F extends FileObj = FileObj> {
  // Invariant: #map is undefined once closed, and then #table is empty for good.
  readonly #table = new Map<number, Registration<D, F>>();
  #map: SelectorMap<D, F> | undefined = new SelectorMap(this.#table, (obj) => this.#find(obj));
  #selecting = false;

  /**
   * Event loops only: called when something became ready after {@linkcode BaseSelector.prepare},
   * at most once each host turn, from a microtask; and once more when the selector is closed, so
   * that no wait outlives it. Set by whoever waits; `select()` sets it for the time of its own wait.
   */
  onReady: (() => void) | null = null;

  /**
   * Registers a file object.
   *
   * @param fileobj What to watch.
   * @param events Mask of `EVENT_READ` and `EVENT_WRITE`.
   * @param data Anything, to be found in the key.
   * @returns The new key.
   * @throws {ValueError} If `events` is no such mask, or `fileobj` is no open file object.
   * @throws {KeyError} If it is registered already.
   * @throws {RuntimeError} If the selector is closed.
   */
  register(fileobj: F, events: number, data?: D): SelectorKey<D, F> {
    this.#checkOpen();
    checkEvents(events);
    const fd = this.fdOf(fileobj);
    if (this.#table.has(fd)) {
      throw new KeyError(`${repr(fileobj)} (FD ${fd}) is already registered`);
    }
    const key = new SelectorKey(fileobj, fd, events, data as D);
    this.#table.set(fd, this.attach(key));
    return key;
  }

  /**
   * Forgets a file object. What it has received meanwhile stays in it for the next reader.
   *
   * @param fileobj What was registered. It may be closed by now.
   * @returns Its last key.
   * @throws {KeyError} If it is not registered.
   * @throws {ValueError} If it is no file object.
   */
  unregister(fileobj: FileObj): SelectorKey<D, F> {
    const row = this.#get(fileobj);
    this.#table.delete(row.key.fd);
    this.detach(row);
    return row.key;
  }

  /**
   * Changes the events or the data of a registered file object.
   *
   * @param fileobj What was registered.
   * @param events The new mask.
   * @param data The new data.
   * @returns The new key, or the present one if nothing changes.
   * @throws {ValueError} If `events` is no such mask, or `fileobj` is no file object.
   * @throws {KeyError} If it is not registered.
   */
  modify(fileobj: FileObj, events: number, data?: D): SelectorKey<D, F> {
    const row = this.#get(fileobj);
    const old = row.key;
    if (events === old.events) {
      if (data !== old.data) row.key = new SelectorKey(old.fileobj, old.fd, events, data as D);
      return row.key;
    }
    checkEvents(events);
    row.key = new SelectorKey(old.fileobj, old.fd, events, data as D);
    try {
      this.change(row);
    } catch (error) {
      this.#table.delete(old.fd);
      throw error;
    }
    return row.key;
  }

  /**
   * Waits until a registered file object is ready, or time is up.
   *
   * Even where it need not wait it gives the host a turn, so a loop around it starves nobody. An
   * event loop's selector is the loop's to wait on: call this only on a selector of your own.
   *
   * @param timeout The longest wait in seconds, rounded up to whole milliseconds; `0` or less does
   *   not wait but for what the host has completed already; `null` or `undefined` waits for ever.
   * @returns A key and the mask of its ready events for each ready file object; empty when time is
   *   up or the selector is closed meanwhile.
   * @throws {RuntimeError} If the selector is closed, or is being waited on already.
   * @throws {ValueError} If `timeout` is `NaN`.
   */
  async select(timeout?: number | null): Promise<[SelectorKey<D, F>, number][]> {
    this.#checkOpen();
    checkTimeout(timeout);
    if (this.#selecting || this.onReady !== null) {
      throw new RuntimeError("Cannot select: selector is being waited on already");
    }
    this.#selecting = true;
    try {
      await this.#wait(Math.max(timeout ?? Infinity, 0));
      return [...this.poll()];
    } finally {
      this.#selecting = false;
    }
  }

  /**
   * Closes the selector. A pending `select()` gives an empty list; the file objects stay open.
   * Closing again does nothing.
   */
  close(): void {
    for (const row of this.#table.values()) this.detach(row);
    this.#table.clear();
    this.#map = undefined;
    if (this.onReady !== null) queueMicrotask(this.onReady);
  }

  /** Closes the selector at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Finds the key of a registered file object.
   *
   * @param fileobj What was registered.
   * @returns Its key.
   * @throws {KeyError} If it is not registered.
   * @throws {ValueError} If it is no file object.
   * @throws {RuntimeError} If the selector is closed.
   */
  getKey(fileobj: FileObj): SelectorKey<D, F> {
    this.#checkOpen();
    return this.#get(fileobj).key;
  }

  /**
   * A live view of what is registered: keys are descriptors, and a key is found by its file object
   * as well.
   *
   * @returns The view, or `undefined` once the selector is closed.
   */
  getMap(): ReadonlyMap<FileObj, SelectorKey<D, F>> | undefined {
    return this.#map;
  }

  /**
   * A new socket of the kind that this selector watches: what an event loop over it connects and
   * listens with.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`. Default: `AF_INET`.
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`. Default: `SOCK_STREAM`.
   * @returns The socket.
   */
  abstract createSocket(family?: number, type?: number): NonBlockingSocket;

  /**
   * Event loops only: an end of a pipe, a socket or a character device by its descriptor, made
   * non-blocking. The descriptor is its own from then on.
   *
   * @param _fd The descriptor.
   * @returns The pipe. The selector watches its descriptor.
   * @throws {Deno.errors.NotSupported} If the selector knows no descriptors of the system's: only native
   *   ones do.
   * @throws {ValueError} If it is the descriptor of something else, or somebody has it already.
   */
  openPipe(_fd: number): NonBlockingPipe {
    throw new Deno.errors.NotSupported(
      `Cannot connect pipe: ${this.constructor.name} takes streams, not descriptors, ` +
        "use a native loop (nativeEventLoop) for these",
    );
  }

  /** Whether `select()` is under way: then it is not an event loop that waits. */
  protected get isSelecting(): boolean {
    return this.#selecting;
  }

  /** Whether anything is registered. */
  get active(): boolean {
    return this.#table.size !== 0;
  }

  /**
   * Event loops only: what is ready now. Never waits, never throws; costs a few nanoseconds when
   * nothing is, and gives the same empty array then.
   *
   * @returns A key and the mask of its ready events for each ready file object.
   */
  abstract poll(): readonly [SelectorKey<D, F>, number][];

  /**
   * Event loops only: what is ready, waited for in this thread, which can do nothing else meanwhile.
   *
   * @param _timeout The longest wait in seconds; 0 does not wait, `Infinity` waits for ever.
   * @returns As {@linkcode BaseSelector.poll} does.
   * @throws {Deno.errors.NotSupported} If the selector cannot wait so: only native ones can.
   */
  block(_timeout: number): readonly [SelectorKey<D>, number][] {
    throw new Deno.errors.NotSupported(
      `Cannot block: ${this.constructor.name} has no way to wait in this thread, ` +
        "use a native selector (EpollSelector, KqueueSelector)",
    );
  }

  /**
   * Event loops only: the addresses of a name, asked for in this thread, which waits for the answer.
   *
   * @param _host The name.
   * @param _family `AF_INET` or `AF_INET6`; 0 for both.
   * @returns The addresses as text, one at least.
   * @throws {Deno.errors.NotSupported} If the selector cannot ask so: only native ones can.
   * @throws {Error} If there is no such name.
   */
  lookUp(_host: string, _family: number): readonly string[] {
    throw new Deno.errors.NotSupported(
      `Cannot look up a name: ${this.constructor.name} has no way to ask for it in this thread, ` +
        "use a native selector (EpollSelector, KqueueSelector)",
    );
  }

  /**
   * Event loops only: about to wait. Starts the operations whose completion will make something
   * ready, and from now on the first of them calls {@linkcode BaseSelector.onReady}.
   *
   * @param timeout The longest wait in seconds, `Infinity` for none. A selector that
   *   {@linkcode BaseSelector.keepsTime} calls `onReady` when it is over, too.
   * @returns `true` if something is ready already, so that there is nothing to wait for.
   */
  abstract prepare(timeout: number): boolean;

  /**
   * Event loops only: whether the selector ends a wait itself when its time is up. Where it does not,
   * who waits needs a timer of his own.
   */
  get keepsTime(): boolean {
    return false;
  }

  /**
   * Event loops only: nobody waits any more. What {@linkcode BaseSelector.prepare} began may go on,
   * but no longer keeps the process alive, and does not call {@linkcode BaseSelector.onReady}.
   */
  interrupt(): void {}

  /**
   * After `close()`: settles when the operations that were in flight have come to their end; `null`
   * if none was.
   */
  get closed(): Promise<void> | null {
    return null;
  }

  /**
   * For `select()` where there is nothing to wait for: lets the rest of the process run, and what the
   * host has completed meanwhile come in.
   *
   * @param _enough Whether it need not go on.
   */
  protected look(_enough: () => boolean): Promise<void> {
    return hostTurn();
  }

  /**
   * Begins to watch a file object.
   *
   * @param key Its key.
   * @returns The row of the table.
   */
  protected abstract attach(key: SelectorKey<D, F>): Registration<D, F>;

  /**
   * Takes note that the events of a row's key have changed. If it throws, the row is gone.
   *
   * @param row The row, with its new key.
   */
  protected abstract change(row: Registration<D, F>): void;

  /**
   * Ceases to watch. The file object may be closed by now; must not throw.
   *
   * @param row The row removed.
   */
  protected abstract detach(row: Registration<D, F>): void;

  /**
   * The descriptor under which a file object is registered.
   *
   * @param fileobj The file object.
   * @returns An integer of at least 0.
   * @throws {ValueError} If it is no open file object.
   */
  protected fdOf(fileobj: FileObj): number {
    return descriptorOf(fileobj);
  }

  /** Waits until something is ready, but no longer than `timeout` seconds. */
  async #wait(timeout: number): Promise<void> {
    let woken = false;
    let wake = () => {};
    this.onReady = () => {
      woken = true;
      wake();
    };
    try {
      if (this.prepare(timeout) || timeout === 0) return await this.look(() => woken);
      for (let rest = timeout, end = now() + timeout; !woken && rest > 0; rest = end - now()) {
        await this.#sleep(rest, (resolve) => wake = resolve);
      }
    } finally {
      this.onReady = null;
      this.interrupt();
    }
  }

  /** Waits for the function that it gives to be called, but no longer than `delay` seconds. */
  async #sleep(delay: number, give: (resolve: () => void) => void): Promise<void> {
    let stop = () => {};
    await new Promise<void>((resolve) => {
      give(resolve);
      // Operations in flight keep the process alive; where there are none it takes a timer.
      const alone = delay === Infinity && !this.active;
      if (alone || delay !== Infinity && !this.keepsTime) stop = startTimer(delay, resolve);
    });
    stop();
  }

  #checkOpen(): void {
    if (this.#map === undefined) throw new RuntimeError("Selector is closed");
  }

  #get(fileobj: FileObj): Registration<D, F> {
    const row = this.#table.get(this.#lookup(fileobj));
    if (row === undefined) throw new KeyError(`${repr(fileobj)} is not registered`);
    return row;
  }

  #find(fileobj: FileObj): Registration<D, F> | undefined {
    try {
      return this.#table.get(this.#lookup(fileobj));
    } catch {
      return undefined;
    }
  }

  /** The descriptor; that of a closed file object is found by searching the table. */
  #lookup(fileobj: FileObj): number {
    try {
      return this.fdOf(fileobj);
    } catch (error) {
      for (const { key } of this.#table.values()) if (key.fileobj === fileobj) return key.fd;
      throw error;
    }
  }
}

function checkEvents(events: number): void {
  if (!Number.isInteger(events) || events === 0 || (events & ~ALL_EVENTS) !== 0) {
    throw new ValueError(`Invalid events: ${repr(events)}`);
  }
}

/**
 * Checks the timeout of a `select()`.
 *
 * @throws {TypeError} If it is no number.
 * @throws {ValueError} If it is `NaN`.
 */
export function checkTimeout(timeout: number | null | undefined): void {
  if (timeout === null || timeout === undefined) return;
  if (typeof timeout !== "number") {
    throw new TypeError("timeout must be a real number or null, not " + typeof timeout);
  }
  if (Number.isNaN(timeout)) throw new ValueError("Invalid value NaN (not a number)");
}
