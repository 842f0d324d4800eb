// Copyright 2026 the asyncio authors. MIT license.

import {
  BaseSelector,
  Registration,
  repr,
  type SelectorKey,
  ValueError,
} from "@asyncio/asyncio/selectors";
import { Network } from "./network.ts";
import { SimulatedSocket } from "./socket.ts";

const NOTHING: readonly [] = [];

/**
 * A selector over the sockets of a {@linkcode Network}: what a loop, its transports and its streams
 * run on where the host has no sockets, as in a browser.
 *
 * @typeParam D Type of the data attached to each registration.
 */
export class SimulatedSelector<D = unknown> extends BaseSelector<D> {
  readonly #rows = new Set<Registration<D>>();
  readonly #network: Network<SimulatedSocket>;
  /** Set while somebody waits: ends the watch on the network. */
  #stopWatching = () => {};

  /** A selector, of a network of its own where none is given. */
  constructor(network: Network<SimulatedSocket> = new Network()) {
    super();
    this.#network = network;
  }

  override createSocket(): SimulatedSocket {
    return new SimulatedSocket(this.#network);
  }

  override poll(): readonly [SelectorKey<D>, number][] {
    const events: [SelectorKey<D>, number][] = [];
    for (const { key } of this.#rows) {
      const ready = this.readinessOf(key);
      if (ready !== 0) events.push([key, ready]);
    }
    return events.length === 0 ? NOTHING : events;
  }

  override prepare(_timeout: number): boolean {
    this.interrupt();
    if (this.#isReady) return true;
    this.#stopWatching = this.#network.watch(() => this.#look());
    return false;
  }

  override interrupt(): void {
    this.#stopWatching();
    this.#stopWatching = () => {};
  }

  /** Something has changed in the network. */
  #look(): void {
    if (!this.#isReady) return;
    this.interrupt();
    queueMicrotask(() => this.onReady?.());
  }

  get #isReady(): boolean {
    return this.#rows.values().some(({ key }) => this.readinessOf(key) !== 0);
  }

  protected override attach(key: SelectorKey<D>): Registration<D> {
    if (this.#network.socketOf(key.fd) === undefined) {
      throw new ValueError(`Invalid file object: ${repr(key.fileobj)}`);
    }
    const row = new Registration(key);
    this.#rows.add(row);
    this.#network.changed();
    return row;
  }

  protected override change(): void {
    this.#network.changed();
  }

  protected override detach(row: Registration<D>): void {
    this.#rows.delete(row);
  }

  /** Those of the events asked for that a socket is ready for. */
  readinessOf({ fd, events }: SelectorKey<D>): number {
    return (this.#network.socketOf(fd)?.readiness ?? 0) & events;
  }

  /** How many bytes, or connections, wait in a socket. */
  pendingIn({ fd }: SelectorKey<D>): number {
    return this.#network.socketOf(fd)?.pending ?? 0;
  }
}
