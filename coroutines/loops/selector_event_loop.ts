// Copyright 2026 the asyncio authors. MIT license.

import {
  EVENT_READ,
  EVENT_WRITE,
  type FileObj,
  type NonBlockingSocket,
  type SelectorKey,
  type SocketAddress,
} from "../../selectors/mod.ts";
import { waitsForHost } from "../turns/_blocking.ts";
import { BaseEventLoop } from "./base_event_loop.ts";
import type { CoroutineObject } from "../tasks/coroutine.ts";
import { RuntimeError } from "../errors.ts";
import { Handle } from "../futures/handle.ts";
import { SCHEDULER } from "../turns/_scheduler.ts";
import * as operations from "./_socket_operations.ts";

/** The handles of one registered file object. */
interface Watch {
  readonly reader: Handle | null;
  readonly writer: Handle | null;
}

const NOBODY: Watch = { reader: null, writer: null };

/**
 * An event loop with I/O: calls back when sockets are ready, and waits for them on behalf of tasks.
 *
 * @example Usage
 * ```ts
 * import { run, getRunningLoop } from "@asyncio/asyncio";
 * import { Socket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const loop = getRunningLoop();
 *   const server = new Socket();
 *   server.bind(["127.0.0.1", 0]);
 *   server.listen();
 *   const client = new Socket();
 *   yield* loop.sockConnect(client, server.getsockname());
 *   const [peer] = yield* loop.sockAccept(server);
 *   yield* loop.sockSendall(client, "hello");
 *   const data = yield* loop.sockRecv(peer, 100);
 *   assertEquals(new TextDecoder().decode(data), "hello");
 *   for (const sock of [server, client, peer]) sock.close();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.SelectorEventLoop}
 */
export class SelectorEventLoop extends BaseEventLoop {
  /**
   * Calls `fn(...args)` whenever a file object can be read, in place of what was called before.
   *
   * @param fileobj A socket, a `Deno.Listener` or `Deno.Conn`, or a descriptor of one.
   * @param fn The function.
   * @param args What to call it with.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {ValueError} If `fileobj` is no open file object.
   */
  addReader<A extends unknown[]>(
    fileobj: FileObj,
    fn: (...args: A) => unknown,
    ...args: A
  ): Handle {
    const reader = new Handle(fn, args, this);
    this.#watch(fileobj, EVENT_READ, (watch) => ({ ...watch, reader }))?.reader?.cancel();
    return reader;
  }

  /**
   * Ends {@linkcode SelectorEventLoop.addReader}.
   *
   * @param fileobj The file object.
   * @returns Whether there was something to end.
   */
  removeReader(fileobj: FileObj): boolean {
    return this.#unwatch(fileobj, EVENT_READ, "reader");
  }

  /**
   * Calls `fn(...args)` whenever a file object can be written, in place of what was called before.
   *
   * @param fileobj A socket, a `Deno.Conn`, or a descriptor of one.
   * @param fn The function.
   * @param args What to call it with.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {ValueError} If `fileobj` is no open file object.
   */
  addWriter<A extends unknown[]>(
    fileobj: FileObj,
    fn: (...args: A) => unknown,
    ...args: A
  ): Handle {
    const writer = new Handle(fn, args, this);
    this.#watch(fileobj, EVENT_WRITE, (watch) => ({ ...watch, writer }))?.writer?.cancel();
    return writer;
  }

  /**
   * Ends {@linkcode SelectorEventLoop.addWriter}.
   *
   * @param fileobj The file object.
   * @returns Whether there was something to end.
   */
  removeWriter(fileobj: FileObj): boolean {
    return this.#unwatch(fileobj, EVENT_WRITE, "writer");
  }

  /**
   * A new socket of the kind that this loop's selector watches.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`. Default: `AF_INET`.
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`. Default: `SOCK_STREAM`.
   * @returns The socket, non-blocking.
   */
  createSocket(family?: number, type?: number): NonBlockingSocket {
    return this.selector.createSocket(family, type);
  }

  /**
   * Runs until `stop()` is called, and does not return before: the thread is the loop's, and where there
   * is nothing to do it waits in the selector. Nothing of the host goes on meanwhile: no promise, no
   * timer, no signal listener. Generators only. In CPython this is the only way to run.
   *
   * @throws {Deno.errors.NotSupported} If the loop's selector cannot wait in this thread.
   * @throws {RuntimeError} If the loop is closed, or this or another loop is running already; if a step
   *   waits for the host; or if there is nothing left that could end the wait.
   */
  runForeverSync(): void {
    const end = this.beginRun();
    try {
      this[SCHEDULER].runHere();
    } finally {
      end();
    }
  }

  /** Whether it runs by `runForeverSync()`: then the host stands still. Not in CPython. */
  get isBlocking(): boolean {
    return this[SCHEDULER].isBlocking;
  }

  /**
   * For what only works while the host goes on: refuses it in `runForeverSync()`.
   *
   * @param what What it is, as it stands in the message.
   * @throws {RuntimeError} If the loop runs so.
   */
  requireHost(what: string): void {
    if (this[SCHEDULER].isBlocking) throw waitsForHost(what);
  }

  /**
   * Receives up to `size` bytes.
   *
   * @param sock The socket, non-blocking.
   * @param size The most to receive, in bytes.
   * @returns A coroutine giving the bytes; none at the end of the stream.
   * @throws What the socket's `recv()` throws.
   */
  sockRecv(sock: NonBlockingSocket, size: number): CoroutineObject<Uint8Array<ArrayBuffer>> {
    return operations.recv(this, sock, size);
  }

  /**
   * Receives into a buffer.
   *
   * @param sock The socket, non-blocking.
   * @param buffer Where to put the bytes.
   * @returns A coroutine giving their number; 0 at the end of the stream.
   * @throws What the socket's `recvInto()` throws.
   */
  sockRecvInto(sock: NonBlockingSocket, buffer: Uint8Array): CoroutineObject<number> {
    return operations.recvInto(this, sock, buffer);
  }

  /**
   * Sends all of the data. After an error it is not known how much of it has been sent.
   *
   * @param sock The socket, non-blocking.
   * @param data The bytes, or a string for its UTF-8.
   * @returns A coroutine.
   * @throws What the socket's `send()` throws.
   */
  sockSendall(sock: NonBlockingSocket, data: Uint8Array | string): CoroutineObject<void> {
    return operations.sendall(this, sock, data);
  }

  /**
   * Accepts a connection.
   *
   * @param sock The listening socket, non-blocking.
   * @returns A coroutine giving the new socket and the address of the other end.
   * @throws What the socket's `accept()` throws.
   */
  sockAccept<S extends NonBlockingSocket>(
    sock: S,
  ): CoroutineObject<ReturnType<S["accept"]>> {
    return operations.accept(this, sock) as CoroutineObject<ReturnType<S["accept"]>>;
  }

  /**
   * Connects a socket. Names are resolved.
   *
   * @param sock The socket, non-blocking.
   * @param address Where to, as `[host, port]`.
   * @returns A coroutine.
   * @throws What ends the attempt: `Deno.errors.ConnectionRefused`, say.
   */
  sockConnect(sock: NonBlockingSocket, address: SocketAddress): CoroutineObject<void> {
    return operations.connect(this, sock, address);
  }

  /** Makes the handles of what is ready ready to run. */
  // CPython: Lib/asyncio/selector_events.py, BaseSelectorEventLoop._process_events
  protected override processEvents(events: readonly (readonly [SelectorKey, number])[]): void {
    for (const [{ data }, mask] of events) {
      const { reader, writer } = data as Watch;
      if (mask & EVENT_READ && reader !== null) this.addReady(reader);
      if (mask & EVENT_WRITE && writer !== null) this.addReady(writer);
    }
  }

  /** Adds an event to those that a file object is watched for. Returns the handles so far. */
  #watch(fileobj: FileObj, event: number, add: (watch: Watch) => Watch): Watch | null {
    if (this.isClosed()) throw new RuntimeError("Event loop is closed");
    const { selector } = this;
    const key = selector.getMap()?.get(fileobj);
    if (key === undefined) {
      selector.register(fileobj, event, add(NOBODY));
      return null;
    }
    const watch = key.data as Watch;
    selector.modify(fileobj, key.events | event, add(watch));
    return watch;
  }

  #unwatch(fileobj: FileObj, event: number, side: "reader" | "writer"): boolean {
    const { selector } = this;
    const key = selector.getMap()?.get(fileobj);
    if (key === undefined) return false;
    const watch = key.data as Watch;
    const events = key.events & ~event;
    if (events === 0) selector.unregister(fileobj);
    else selector.modify(fileobj, events, { ...watch, [side]: null });
    watch[side]?.cancel();
    return watch[side] !== null;
  }
}

/**
 * The loop that `newEventLoop()` makes.
 *
 * @example Usage
 * ```ts
 * import { EventLoop, newEventLoop } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using loop = newEventLoop();
 * assertInstanceOf(loop, EventLoop);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.EventLoop}
 */
export const EventLoop: typeof SelectorEventLoop = SelectorEventLoop;
/** The loop that `newEventLoop()` makes. */
export type EventLoop = SelectorEventLoop;
