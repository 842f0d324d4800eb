// Copyright 2026 the asyncio authors. MIT license.

import { BaseSelector } from "../base_selector.ts";
import { endpointOf, openEndpoints } from "./_descriptors.ts";
import { descriptorOf, type FileObj } from "../file_object.ts";
import { hostLook, hostTurn, now } from "../_host.ts";
import { hurry, linger } from "./_lingering.ts";
import type { NonBlockingSocket } from "../non_blocking_socket.ts";
import { badDescriptor } from "../_os_error.ts";
import { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { isDenoSocket } from "./deno_socket.ts";
import { Socket } from "./socket.ts";
import type { Source, Watcher } from "./source.ts";

/** A `select()` that need not wait still has the host look at its sockets this often, in seconds. */
const LOOK_INTERVAL = 0.001;

/** What `poll` gives when nothing is ready. */
const NOTHING: readonly [SelectorKey<never, never>, number][] = Object.freeze([]) as never;

/**
 * A selector over Deno's own sockets. It watches every {@linkcode Socket}, `Deno.Listener` and
 * `Deno.Conn`, and needs no permission but theirs, `--allow-net`.
 *
 * Deno tells completions, not readiness, so a read or an accept is begun when it is first waited
 * for, and its outcome kept in the socket. Hence a bare listener or connection that is registered is
 * to be used through {@linkcode Socket.from} from then on.
 *
 * A registered socket with an operation in flight keeps the process alive, one that is not
 * registered does not.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { DenoSelector, EVENT_READ, Socket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new DenoSelector();
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * using server = Socket.from(listener);
 * selector.register(listener, EVENT_READ);
 *
 * using client = await Deno.connect({ port: listener.addr.port });
 * await selector.select();
 * const [conn, address] = server.accept();
 * assertEquals(address, ["127.0.0.1", client.localAddr.port]);
 * conn.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.DefaultSelector}
 */
export class DenoSelector<D = unknown, F extends FileObj = FileObj> extends BaseSelector<D, F> {
  // Invariants: a row is among the first #count of #candidates exactly while it is `queued`. For each
  // row in the table that is not, no event of its key holds, and its source has been armed for all of
  // them and will wake the row. So only candidates need be looked at.
  #candidates: (SourceRegistration<D, F> | undefined)[] = [];
  #count = 0;
  #waiting = false;
  /** Whether any socket belongs to it. */
  #isHome = false;
  /** When the host last looked at its sockets for `select()`, in seconds. */
  #lastLook = -Infinity;
  readonly #notify = (): void => this.onReady?.();

  /** See {@linkcode BaseSelector.poll}. */
  override poll(): readonly [SelectorKey<D, F>, number][] {
    if (this.#count === 0) return NOTHING;
    this.#sift();
    if (this.#count === 0) return NOTHING;
    return this.#report();
  }

  /** See {@linkcode BaseSelector.prepare}. */
  override prepare(_timeout: number): boolean {
    if (this.#count !== 0) this.#sift();
    this.#waiting = this.#count === 0;
    return !this.#waiting;
  }

  /** See {@linkcode BaseSelector.interrupt}. */
  override interrupt(): void {
    this.#waiting = false;
  }

  /**
   * A new {@linkcode Socket}, which belongs to the selector, as those do that it accepts: when the
   * selector is closed, what they have not sent is given up unless their peers go on taking it.
   */
  override createSocket(family?: number, type?: number): NonBlockingSocket {
    const sock = new Socket(family, type);
    endpointOf(sock.fileno())!.home = this;
    this.#isHome = true;
    return sock;
  }

  /** Closes the selector. See {@linkcode BaseSelector.close}. */
  override close(): void {
    super.close();
    if (!this.#isHome) return;
    for (const endpoint of openEndpoints()) {
      if (endpoint.home === this && endpoint.unsent > 0) linger(endpoint, true);
    }
    hurry(this);
  }

  /** Deno's own loop looks at sockets only now and then: `select()` waits until it has. */
  protected override async look(enough: () => boolean): Promise<void> {
    if (this.#count !== 0 && now() - this.#lastLook < LOOK_INTERVAL) return hostTurn();
    await hostLook(enough);
    this.#lastLook = now();
  }

  /** Begins to watch a socket. */
  protected override attach(key: SelectorKey<D, F>): Registration<D, F> {
    const source = endpointOf(key.fd);
    if (source === undefined) throw badDescriptor(key.fd);
    const row = new SourceRegistration(key, source, this.#queue);
    source.watch(row);
    this.#queue(row);
    return row;
  }

  /** Looks at a socket again, since other events of it matter now. */
  protected override change(row: Registration<D, F>): void {
    const own = row as SourceRegistration<D, F>;
    if (!own.queued) this.#queue(own);
  }

  /** Ceases to watch a socket. */
  protected override detach(row: Registration<D, F>): void {
    const own = row as SourceRegistration<D, F>;
    own.source.unwatch(own);
    own.detached = true;
  }

  /** The descriptor of a socket, or of the socket that adopts a bare listener or connection. */
  protected override fdOf(fileobj: FileObj): number {
    return isDenoSocket(fileobj) ? Socket.from(fileobj).fileno() : descriptorOf(fileobj);
  }

  /** Makes a row a candidate, and wakes who waits. */
  readonly #queue = (row: SourceRegistration<D, F>): boolean => {
    row.queued = true;
    this.#candidates[this.#count++] = row;
    if (!this.#waiting) return false;
    this.#waiting = false;
    // One microtask for all that completes in this turn of the host.
    queueMicrotask(this.#notify);
    return true;
  };

  /** Keeps the candidates that are ready, and arms what they are not ready for. */
  #sift(): void {
    const candidates = this.#candidates;
    const count = this.#count;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const row = candidates[i]!;
      candidates[i] = undefined;
      if (row.detached) continue;
      const { source, key: { events } } = row;
      const missing = events & ~source.ready;
      if (missing !== 0) source.arm(missing);
      if (missing === events) row.queued = false;
      else candidates[kept++] = row;
    }
    this.#count = kept;
  }

  /** What to tell of the candidates, all of them ready. */
  #report(): [SelectorKey<D, F>, number][] {
    const ready: [SelectorKey<D, F>, number][] = [];
    for (let i = 0; i < this.#count; i++) {
      const { key, source } = this.#candidates[i]!;
      ready.push([key, source.ready & key.events]);
    }
    return ready;
  }
}

/** A row of the table, and one who watches the source of its descriptor. */
class SourceRegistration<D, F extends FileObj> extends Registration<D, F> implements Watcher {
  source: Source;
  next: Watcher | null = null;
  queued = false;
  detached = false;
  readonly #queue: (row: SourceRegistration<D, F>) => boolean;

  constructor(
    key: SelectorKey<D, F>,
    source: Source,
    queue: (row: SourceRegistration<D, F>) => boolean,
  ) {
    super(key);
    this.source = source;
    this.#queue = queue;
  }

  wake(events: number): boolean {
    return !this.queued && (events & this.key.events) !== 0 && this.#queue(this);
  }
}

/**
 * The selector to use unless there is a reason for another: {@linkcode DenoSelector}.
 *
 * @example Usage
 * ```ts
 * import { BaseSelector, DefaultSelector } from "@asyncio/asyncio/selectors";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using selector = new DefaultSelector();
 * assert(selector instanceof BaseSelector);
 * assertEquals(await selector.select(0), []);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.DefaultSelector}
 */
export const DefaultSelector: typeof DenoSelector = DenoSelector;

/**
 * An instance of {@linkcode DefaultSelector}.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered.
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.DefaultSelector}
 */
export type DefaultSelector<D = unknown, F extends FileObj = FileObj> = DenoSelector<D, F>;
