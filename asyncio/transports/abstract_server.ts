// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import {
  type Coroutine,
  type CoroutineObject,
  NotImplementedError,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import type { InetAddress } from "./inet_address.ts";

/**
 * What every server can do, whatever it listens on: to be subclassed by those who have another way to
 * listen. All but `asyncWith()` and `await using` throw here.
 *
 * @typeParam A Type of its addresses.
 *
 * @example Usage
 * ```ts
 * import { AbstractServer, run, startServer } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer(() => {}, "127.0.0.1", 0);
 *   assertInstanceOf(server, AbstractServer);
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server}
 */
// CPython: Lib/asyncio/events.py, AbstractServer
export class AbstractServer<A extends SocketAddress = InetAddress>
  implements AsyncContextManager<AbstractServer<A>> {
  /** Stops accepting connections. Those that were accepted stay open. */
  close(): void {
    throw new NotImplementedError();
  }

  /** Closes all connections, after what was written to them has been sent. */
  closeClients(): void {
    throw new NotImplementedError();
  }

  /** Closes all connections at once, and drops what was not sent. */
  abortClients(): void {
    throw new NotImplementedError();
  }

  /** The loop that it serves in. */
  getLoop(): SelectorEventLoop {
    throw new NotImplementedError();
  }

  /** Whether it accepts connections. */
  isServing(): boolean {
    throw new NotImplementedError();
  }

  /**
   * Begins to accept connections. Does nothing if it does already.
   *
   * @returns A coroutine.
   */
  startServing(): CoroutineObject<void> {
    throw new NotImplementedError();
  }

  /**
   * Accepts connections until it is cancelled, or the server closed. Then the server is closed.
   *
   * @returns A coroutine that ends by an error.
   */
  serveForever(): CoroutineObject<never> {
    throw new NotImplementedError();
  }

  /**
   * Waits until the server is closed and all its connections are.
   *
   * @returns A coroutine.
   */
  waitClosed(): CoroutineObject<void> {
    throw new NotImplementedError();
  }

  /** Enters `asyncWith()`: gives the server itself. */
  // deno-lint-ignore require-yield
  *aenter(): Coroutine<AbstractServer<A>> {
    return this;
  }

  /** Leaves `asyncWith()`: closes the server and waits until its connections are closed, too. */
  *aexit(): Coroutine<void> {
    this.close();
    yield* this.waitClosed();
  }

  /** Closes the server and waits until its connections are closed: the end of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.waitClosed();
  }
}
