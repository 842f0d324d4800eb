// Copyright 2026 the asyncio authors. MIT license.

/** Who waits for whom: as the tasks tell it, and as it was noted by hand. */

import {
  type AbstractEventLoop,
  allTasks,
  type Future,
  isfuture,
  joinedBy,
  standsFor,
  waitedFor,
} from "../../coroutines/mod.ts";

/** The links that were made by hand, in both directions. */
const linkedWaiters = new WeakMap<Future<unknown>, Set<Future<unknown>>>();
const linkedFutures = new WeakMap<Future<unknown>, Set<Future<unknown>>>();

/**
 * Notes that a future is awaited by another, for those who ask what waits for what. What tasks wait for
 * is known anyway, and for what is gathered, shielded or in a task group: it takes this only for a
 * construct of one's own that stands between the two.
 *
 * Anything but futures is ignored, as in Python.
 *
 * @param future What is awaited.
 * @param waiter The task that waits, as a rule; or a future that stands for others.
 *
 * @example Usage
 * ```ts
 * import {
 *   captureCallGraph,
 *   Future,
 *   futureAddToAwaitedBy,
 *   futureDiscardFromAwaitedBy,
 *   run,
 * } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const [made, waiting] = [new Future(), new Future()];
 *   futureAddToAwaitedBy(made, waiting);
 *   assertEquals(captureCallGraph(made)?.awaitedBy[0]?.future, waiting);
 *   futureDiscardFromAwaitedBy(made, waiting);
 *   assertEquals(captureCallGraph(made)?.awaitedBy, []);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.future_add_to_awaited_by}
 */
// CPython: Lib/asyncio/futures.py, future_add_to_awaited_by
export function futureAddToAwaitedBy(future: unknown, waiter: unknown): void {
  if (!isfuture(future) || !isfuture(waiter)) return;
  addTo(linkedWaiters, future, waiter);
  addTo(linkedFutures, waiter, future);
}

/**
 * Takes back a {@linkcode futureAddToAwaitedBy}.
 *
 * @param future What was awaited.
 * @param waiter What waited.
 *
 * @example Usage
 * ```ts
 * import { Future, futureAddToAwaitedBy, futureDiscardFromAwaitedBy, run } from "@asyncio/asyncio";
 *
 * await run(function* () {
 *   const [made, waiting] = [new Future(), new Future()];
 *   futureAddToAwaitedBy(made, waiting);
 *   futureDiscardFromAwaitedBy(made, waiting);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.future_discard_from_awaited_by}
 */
// CPython: Lib/asyncio/futures.py, future_discard_from_awaited_by
export function futureDiscardFromAwaitedBy(future: unknown, waiter: unknown): void {
  if (!isfuture(future) || !isfuture(waiter)) return;
  linkedWaiters.get(future)?.delete(waiter);
  linkedFutures.get(waiter)?.delete(future);
}

/** By whom each future is awaited. */
export type Awaiters = Map<Future<unknown>, Set<Future<unknown>>>;

/**
 * By whom each future of a loop is awaited: by tasks that wait for it, or for one that stands for it, as
 * that of a `gather()` does for what is gathered; a task of a group by the task that opened the group;
 * and by those that {@linkcode futureAddToAwaitedBy} names. In the order in which those were created.
 */
export function awaiters(loop: AbstractEventLoop): Awaiters {
  const all: Awaiters = new Map();
  for (const task of allTasks(loop)) {
    for (const future of waitedFor(task)) addParts(all, future, task);
    for (const future of linkedFutures.get(task) ?? []) addParts(all, future, task);
    const parent = joinedBy(task);
    if (parent !== null) addTo(all, task, parent);
  }
  return all;
}

/** By whom one future is awaited, as far as that was noted by hand. */
export function linkedAwaiters(future: Future<unknown>): Iterable<Future<unknown>> {
  return linkedWaiters.get(future) ?? [];
}

function addParts(
  all: Awaiters,
  future: Future<unknown> & { readonly [standsFor]?: Iterable<Future<unknown>> },
  by: Future<unknown>,
): void {
  if (future.done() || !addTo(all, future, by)) return;
  for (const part of future[standsFor] ?? []) addParts(all, part, by);
}

interface Multimap<K, V> {
  get(key: K): Set<V> | undefined;
  set(key: K, values: Set<V>): unknown;
}

/** Returns whether that is new. */
function addTo<K, V>(all: Multimap<K, V>, key: K, value: V): boolean {
  const values = all.get(key);
  if (values === undefined) all.set(key, new Set([value]));
  return values === undefined || values.size < values.add(value).size;
}
