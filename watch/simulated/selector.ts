// Copyright 2026 the asyncio authors. MIT license.

import {
  BaseSelector,
  type FileObj,
  Registration,
  repr,
  RuntimeError,
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

  /** A selector, of a network of its own where none is given. */
  constructor(network: Network<SimulatedSocket> = new Network()) {
    super();
    this.#network = network;
  }

  /**
   * Nobody outside the program can make a socket ready, so a loop need never wait for one: where
   * nothing is scheduled any more, nothing will happen any more.
   */
  override get active(): boolean {
    return false;
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
    return this.#rows.values().some(({ key }) => this.readinessOf(key) !== 0);
  }

  override async select(timeout?: number | null): Promise<[SelectorKey<D>, number][]> {
    if (timeout === undefined || timeout === null) {
      if (!this.prepare(Infinity)) {
        throw new RuntimeError("deadlock: select() would wait for ever, no socket will be ready");
      }
    }
    return await super.select(timeout);
  }

  protected override attach(key: SelectorKey<D>): Registration<D> {
    const row = new Registration(key);
    this.#rows.add(row);
    return row;
  }

  protected override change(): void {}

  protected override detach(row: Registration<D>): void {
    this.#rows.delete(row);
  }

  protected override fdOf(fileobj: FileObj): number {
    const fd = super.fdOf(fileobj);
    if (this.#network.socketOf(fd) === undefined) {
      throw new ValueError(`Invalid file object: ${repr(fileobj)}`);
    }
    return fd;
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
