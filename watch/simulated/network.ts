// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "@asyncio/asyncio/selectors";

/** Where the numbers of ports begin that nobody has chosen. */
const FIRST_FREE_PORT = 49_152;

/** Where descriptors begin: as in any process, the first three are taken. */
const FIRST_DESCRIPTOR = 3;

/** What is in a network: it has a descriptor until it is closed. */
export interface Plugged {
  /** The descriptor. */
  fileno(): number;
}

/**
 * A network inside one program, for hosts without sockets: what one socket sends, another has
 * received the moment after. Nothing is lost, and nothing takes time.
 *
 * @typeParam S Type of its sockets.
 */
export class Network<S extends Plugged> {
  readonly #sockets = new Map<number, S>();
  readonly #listeners = new Map<number, S>();
  readonly #watchers = new Set<() => void>();
  #descriptor = FIRST_DESCRIPTOR;
  #port = FIRST_FREE_PORT;

  /** A socket is made. Gives its descriptor. */
  add(socket: S): number {
    this.#sockets.set(this.#descriptor, socket);
    return this.#descriptor++;
  }

  /** The open socket with a descriptor. */
  socketOf(descriptor: number): S | undefined {
    return this.#sockets.get(descriptor);
  }

  /** A port that nobody has. */
  freePort(): number {
    while (this.#listeners.has(this.#port)) this.#port++;
    return this.#port++;
  }

  /** A socket begins to listen. */
  listen(socket: S, port: number): void {
    if (this.#listeners.has(port)) throw new Error("Address already in use (os error 98)");
    this.#listeners.set(port, socket);
  }

  /** A socket is about to be closed. */
  forget(socket: S): void {
    this.#sockets.delete(socket.fileno());
    for (const [port, listener] of this.#listeners) {
      if (listener === socket) this.#listeners.delete(port);
    }
  }

  /** Who listens at an address. There is one machine only, so the port tells. */
  listenerAt(address: SocketAddress): S | undefined {
    return this.#listeners.get(Number(address[1]));
  }

  /** Calls `watcher` whenever a socket may have become ready. Gives what ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** A socket may have become ready. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
