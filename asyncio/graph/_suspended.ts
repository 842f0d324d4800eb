// Copyright 2026 the asyncio authors. MIT license.

/**
 * The functions in which a task waits, found in a snapshot of the heap: of a program that has noted
 * nothing of it.
 *
 * A suspended generator keeps its registers, and in them the one that it delegates to by `yield*`. An
 * async function is such a generator, too. It hangs on the promise that it awaits: by the promise's
 * reactions, the handlers of those, and their context, which is the engine's way from a promise to the
 * function, and is here gone the same way. What our own objects hold goes by the names of their
 * private fields.
 */

import type { HeapSnapshot } from "./_heap_snapshot.ts";

/** A function that is suspended. */
export interface Suspended {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Whether it has not begun: nobody waits in it. */
  readonly isNew: boolean;
}

/** Where a generator is suspended, by the id of its object; `null` if it is not. */
export type Place = (id: number) => Promise<Suspended | null>;

/** How many objects stand between a promise and the function that awaits it, at the most. */
const MAX_HOPS = 200;

/** How deep functions call each other, at the most. */
const MAX_DEPTH = 1000;

/** The stacks of tasks in one snapshot. */
export class SuspendedStacks {
  readonly #heap: HeapSnapshot;
  readonly #place: Place;
  readonly #core: string;

  /**
   * @param core Where the library has its core, whose functions are left out.
   */
  constructor(heap: HeapSnapshot, place: Place, core: string) {
    this.#heap = heap;
    this.#place = place;
    this.#core = core;
  }

  /** The functions in which a task waits, innermost first: `name file:line`. */
  async of(task: number): Promise<string[]> {
    return await this.#ofDriver(task, task);
  }

  /** Those of what drives a coroutine: a task, or an `await` of an async function. */
  async #ofDriver(driver: number, task: number): Promise<string[]> {
    const heap = this.#heap;
    const call = heap.follow(driver, "#waiter");
    const inner = call === undefined ? [] : await this.#ofCall(call, task);
    const coro = heap.follow(driver, "#coro");
    const outer = coro === undefined ? [] : await this.#ofCoroutine(coro, driver, task);
    return [...inner, ...outer];
  }

  /** Those of an async function that the library has called, and of what it awaits. */
  async #ofCall(call: number, task: number): Promise<string[]> {
    const heap = this.#heap;
    let wait = heap.follow(call, "#first");
    if (wait === undefined || heap.typeOf(wait) !== "object") return [];
    // The oldest is the last.
    for (let next = heap.follow(wait, "next"); isObject(heap, next);) {
      wait = next;
      next = heap.follow(wait, "next");
    }
    const inner = heap.follow(wait, "#coro") === undefined ? [] : await this.#ofDriver(wait, task);
    const resolve = heap.follow(wait, "#resolve");
    return [...inner, ...(resolve === undefined ? [] : await this.#awaiting(resolve))];
  }

  /** A coroutine, and those that it delegates to. */
  async #ofCoroutine(coro: number, driver: number, task: number): Promise<string[]> {
    const stack: string[] = [];
    const seen = new Set<number>();
    let found = await this.#firstSuspended([coro], false);
    while (found !== null && !seen.has(found.node) && seen.size < MAX_DEPTH) {
      seen.add(found.node);
      stack.push(...this.#describe(found.node, found.place));
      found = await this.#firstSuspended(this.#delegates(found.node, driver, task), true);
    }
    return stack.reverse();
  }

  async #firstSuspended(
    nodes: Iterable<number>,
    hasBegun: boolean,
  ): Promise<{ node: number; place: Suspended } | null> {
    for (const node of nodes) {
      if (!this.#isGenerator(node)) continue;
      const place = await this.#place(this.#heap.idOf(node));
      if (place !== null && !(hasBegun && place.isNew)) return { node, place };
    }
    return null;
  }

  /** What a generator may delegate to: of the generators in its registers the last, as a rule. */
  #delegates(generator: number, driver: number, task: number): number[] {
    const heap = this.#heap;
    const registers = heap.follow(generator, "parameters_and_registers");
    if (registers === undefined) return [];
    const found: { readonly index: number; readonly node: number }[] = [];
    for (const { name, to } of heap.edgesOf(registers)) {
      const owner = heap.follow(to, "<symbol owner>");
      const isOthers = owner !== undefined && owner !== driver && owner !== task;
      if (/^\d+$/.test(name) && !isOthers) found.push({ index: Number(name), node: to });
    }
    return found.sort((a, b) => b.index - a.index).map(({ node }) => node);
  }

  /** The async functions that wait for what a function of the engine's resolves, innermost first. */
  async #awaiting(resolve: number): Promise<string[]> {
    const stack: string[] = [];
    const seen = new Set<number>();
    let from: number | undefined = resolve;
    while (from !== undefined && stack.length < MAX_DEPTH) {
      const generator = this.#generatorBehind(from, seen);
      if (generator === undefined) break;
      const place = await this.#place(this.#heap.idOf(generator));
      if (place !== null) stack.push(...this.#describe(generator, place));
      from = this.#promiseOf(generator);
    }
    return stack;
  }

  /** The nearest async function on the way by contexts, promises and their reactions. */
  #generatorBehind(from: number, seen: Set<number>): number | undefined {
    const heap = this.#heap;
    let nodes = [from];
    for (let hops = 0; nodes.length > 0 && hops < MAX_HOPS;) {
      const next: number[] = [];
      for (const node of nodes) {
        if (seen.has(node)) continue;
        seen.add(node);
        hops++;
        if (this.#isGenerator(node)) return node;
        for (const { name, type, to } of heap.edgesOf(node)) {
          if (leadsOn(heap, type, name, to)) next.push(to);
        }
      }
      nodes = next;
    }
    return undefined;
  }

  #promiseOf(generator: number): number | undefined {
    for (const { type, to } of this.#heap.edgesOf(generator)) {
      if (type === "hidden" && this.#heap.nameOf(to) === "Promise") return to;
    }
    return undefined;
  }

  #isGenerator(node: number): boolean {
    return this.#heap.typeOf(node) === "object" &&
      this.#heap.follow(node, "parameters_and_registers") !== undefined;
  }

  #describe(generator: number, { file, line }: Suspended): string[] {
    if (file.startsWith(this.#core)) return [];
    const heap = this.#heap;
    const fn = heap.follow(generator, "function");
    const name = (fn === undefined ? "" : heap.nameOf(fn)) || "<lambda>";
    const receiver = heap.follow(generator, "receiver");
    const owner = receiver === undefined ? "" : ownerName(heap, receiver);
    return [`${owner}${name} ${file.replace(/^file:\/\//, "")}:${line}`];
  }
}

/** Whether the way from a promise to the function that awaits it may go along an edge. */
function leadsOn(heap: HeapSnapshot, type: string, name: string, to: number): boolean {
  if (name === "previous" || name === "map" || name === "__proto__" || name === "shared") {
    return false;
  }
  if (type !== "internal" && type !== "hidden" && type !== "context") return false;
  const kind = heap.typeOf(to);
  const called = heap.nameOf(to);
  if (kind === "closure") return called === "";
  if (kind === "native") return /^system \/ Promise/.test(called);
  return kind === "object" &&
    (/^(?:Promise$|system \/ Context)/.test(called) || name === "extension");
}

/** `Queue.` of a method of a queue's. */
function ownerName(heap: HeapSnapshot, receiver: number): string {
  const type = heap.typeOf(receiver);
  const name = heap.nameOf(receiver);
  const isNamed = /^[A-Za-z_$][\w$]*$/.test(name) && name !== "Object";
  return isNamed && (type === "object" || type === "closure") ? `${name}.` : "";
}

function isObject(heap: HeapSnapshot, node: number | undefined): node is number {
  return node !== undefined && heap.typeOf(node) === "object";
}
