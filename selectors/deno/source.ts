// Copyright 2026 the asyncio authors. MIT license.

import { ALL_EVENTS } from "../events.ts";
import { without } from "../_linked_list.ts";

/**
 * What a {@linkcode DenoSelector} can watch: something that keeps, as a mask, which events hold now
 * ("readiness"), out of operations of Deno that complete ("completions").
 *
 * The state is here and not in the selector, since a Deno operation once started cannot be
 * withdrawn: whoever stops watching and whoever starts again, nothing that arrives meanwhile is
 * lost. A source has at most one operation in flight in each direction, and starts one only when
 * asked to, by {@linkcode Source.arm}.
 */
export abstract class Source {
  #ready = 0;
  #watchers: Watcher | null = null;

  /** The mask of the events that hold now. They hold until somebody drains the source. */
  get ready(): number {
    return this.#ready;
  }

  /** Whether any selector watches. */
  get watched(): boolean {
    return this.#watchers !== null;
  }

  /**
   * Starts what it takes for `events` to come to hold, unless it is under way already. Where that
   * cannot be started yet, the source calls {@linkcode Source.stir} when it can.
   */
  abstract arm(events: number): void;

  /** Says whether operations in flight are to keep the process alive: while anyone watches. */
  protected abstract keepAlive(alive: boolean): void;

  /** Adds one who is told of every event that comes to hold. */
  watch(watcher: Watcher): void {
    watcher.next = this.#watchers;
    this.#watchers = watcher;
    if (watcher.next === null) this.keepAlive(true);
  }

  /** Takes a watcher away. */
  unwatch(watcher: Watcher): void {
    this.#watchers = without(this.#watchers, watcher);
    if (this.#watchers === null) this.keepAlive(false);
  }

  /** Hands every watcher over to the source that takes the place of this one. */
  handOver(successor: Source): void {
    while (this.#watchers !== null) {
      const watcher = this.#watchers;
      this.unwatch(watcher);
      watcher.source = successor;
      successor.watch(watcher);
    }
    successor.stir();
  }

  /**
   * Notes that `events` hold from now on, and tells the watchers. Returns whether one of them had been
   * waiting, and so comes to look in this turn of the host.
   */
  raise(events: number): boolean {
    this.#ready |= events;
    let woken = false;
    for (let w = this.#watchers; w !== null; w = w.next) if (w.wake(events)) woken = true;
    return woken;
  }

  /** Notes that `events` hold no longer. */
  lower(events: number): void {
    this.#ready &= ~events;
  }

  /** Has every watcher look again, and arm what could not be armed before. */
  protected stir(): void {
    for (let w = this.#watchers; w !== null; w = w.next) w.wake(ALL_EVENTS);
  }
}

/** One who watches a source: a link of the source's list. */
export interface Watcher {
  /** The source watched. */
  source: Source;
  /** The next watcher of the same source. The source's to change. */
  next: Watcher | null;
  /**
   * Called when `events` came to hold, or should be armed again. Must not throw. Returns whether that
   * has ended a wait.
   */
  wake(events: number): boolean;
}
