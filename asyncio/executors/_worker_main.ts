// Copyright 2026 the asyncio authors. MIT license.

/**
 * What runs in a worker, thread or process: a function that travels as text, so that a worker needs
 * nothing but itself, from wherever the package comes. It uses no name from outside.
 */

import type { encodeError } from "./_encode_error.ts";
import type { Source } from "./_source.ts";

/** What a worker is told. Arrays are cheaper to clone than objects. */
export type ToWorker =
  /** First of all: who it is, the cells of its calls, and its initializer. */
  | ["start", name: string, cells: Int32Array | null, Source | null, args: unknown]
  /** What a number stands for from now on. */
  | ["define", id: number, Source]
  | ["calls", CallMessage[]];

/** A call; of a chunk, the arguments are those of each of its calls. */
export type CallMessage = [id: number, fn: number, isChunk: boolean, args: unknown, slot: number];

/** What a worker answers. Values and errors (`EncodedError`) are packed: see `WorkerPort`. */
export type FromWorker =
  | ["ready"]
  | ["failed", error: unknown]
  | ["defined", id: number, error: unknown]
  | ["result", call: number, value: unknown, seconds: number]
  | ["error", call: number, error: unknown, seconds: number]
  /** The call was taken back before it had begun. */
  | ["skipped", call: number];

/** How a worker is connected to its pool. */
export interface WorkerPort {
  post(message: FromWorker, transferables: Transferable[]): void;
  /** Makes a value fit to be posted; throws if it cannot be cloned. */
  pack(value: unknown): unknown;
  unpack(value: unknown): unknown;
}

/** The states of a cell: whether a call that was sent ahead has begun, or was taken back. */
export const CELL = { SENT: 0, BEGUN: 1, WITHDRAWN: 2 } as const;

/** Makes a worker of the context it is called in. Returns what is to be called with each message. */
export function workerMain(
  port: WorkerPort,
  encode: typeof encodeError,
): (message: ToWorker) => void {
  interface Definition {
    readonly source: Source;
    readonly fn: (...args: unknown[]) => unknown;
  }
  const IMPORTING = Symbol.for("asyncio.executors.importing");
  const TRANSFER = Symbol.for("asyncio.transfer");
  const scope = globalThis as unknown as Record<symbol, number> & { name: string };
  const functions = new Map<number, Definition>();
  let cells: Int32Array | null = null;
  let queue: (ToWorker | CallMessage)[] = [];
  let next = 0;
  let busy = false;

  function receive(message: ToWorker): void {
    if (message[0] === "calls") queue.push(...message[1]);
    else queue.push(message);
    if (!busy) drain();
  }

  function drain(): void {
    while (!busy && next < queue.length) handle(queue[next++]!);
    if (next < queue.length) return;
    queue = [];
    next = 0;
  }

  /** Goes on with the next message when a promise has settled. */
  function hold(promise: PromiseLike<unknown>): void {
    busy = true;
    promise.then(() => {
      busy = false;
      drain();
    });
  }

  function handle(message: ToWorker | CallMessage): void {
    switch (message[0]) {
      case "start":
        return hold(start(message));
      case "define":
        return define(message[1], message[2]);
      default:
        call(message as CallMessage);
    }
  }

  async function start(message: ToWorker & { 0: "start" }): Promise<void> {
    const [, name, sharedCells, source, args] = message;
    scope.name = name;
    cells = sharedCells;
    if (source !== null) {
      try {
        const fn = source.kind === "text" ? load(source) : await importFunction(source);
        await fn(...port.unpack(args) as unknown[]);
      } catch (error) {
        console.error("Exception in initializer:", error);
        return post(["failed", pack(error, source)]);
      }
    }
    post(["ready"]);
  }

  function define(id: number, source: Source): void {
    if (source.kind === "text") return void functions.set(id, { source, fn: load(source) });
    hold(
      importFunction(source).then((fn) => {
        functions.set(id, { source, fn });
        post(["defined", id, null]);
      }, (error) => post(["defined", id, pack(error, source)])),
    );
  }

  /** A function by its text; one that throws when it is called, if that cannot be read. */
  function load(source: Source & { kind: "text" }): Definition["fn"] {
    const name = source.name || "<lambda>";
    try {
      return evaluate(source.text);
    } catch (error) {
      return () => {
        throw new TypeError(
          `${name}() cannot be sent to a worker as text: ${(error as Error).message}; ` +
            `export it from a module, and submit moduleFunction(import.meta, ${name})`,
          { cause: error },
        );
      };
    }
  }

  /** A function by its text: an expression, or the method of an object. */
  function evaluate(text: string): Definition["fn"] {
    try {
      return new Function(`"use strict"; return (${text}\n)`)();
    } catch (error) {
      if (!/^(?:async\s+)?[\w$]+\s*\(/.test(text)) throw error;
      return new Function(`"use strict"; return Object.values({${text}\n})[0]`)();
    }
  }

  async function importFunction(
    source: Source & { kind: "module" },
  ): Promise<Definition["fn"]> {
    scope[IMPORTING] = (scope[IMPORTING] ?? 0) + 1;
    let exports: Record<string, unknown>;
    try {
      exports = await import(source.url);
    } finally {
      scope[IMPORTING]!--;
    }
    const fn = exports[source.name];
    if (typeof fn !== "function") {
      throw new TypeError(
        `Cannot run ${source.name}() in a worker: ${source.url} exports no function of that name`,
      );
    }
    return fn as Definition["fn"];
  }

  function call([id, fnId, isChunk, packed, slot]: CallMessage): void {
    if (cells !== null && Atomics.compareExchange(cells, slot, 0, 1) !== 0) {
      return post(["skipped", id]);
    }
    const { fn, source } = functions.get(fnId)!;
    const begun = performance.now();
    const succeed = (value: unknown) => answer(id, source, value, begun);
    const fail = (error: unknown) => refuse(id, source, error, begun);
    let value: unknown;
    try {
      const args = port.unpack(packed) as unknown[];
      value = isChunk ? callEach(fn, args as unknown[][]) : fn(...args);
    } catch (error) {
      return fail(error);
    }
    if (isThenable(value)) hold(Promise.resolve(value).then(succeed, fail));
    else succeed(value);
  }

  // CPython: Lib/concurrent/futures/process.py, _process_chunk
  function callEach(fn: Definition["fn"], argLists: unknown[][]): unknown {
    const results: unknown[] = [];
    for (let i = 0; i < argLists.length; i++) {
      const value = fn(...argLists[i]!);
      if (isThenable(value)) return goOn(value, i + 1);
      results.push(value);
    }
    return results;

    async function goOn(value: unknown, from: number): Promise<unknown[]> {
      results.push(await value);
      for (let i = from; i < argLists.length; i++) results.push(await fn(...argLists[i]!));
      return results;
    }
  }

  function isThenable(value: unknown): value is PromiseLike<unknown> {
    return typeof value === "object" && value !== null &&
      typeof (value as { then?: unknown }).then === "function";
  }

  function answer(id: number, source: Source, value: unknown, begun: number): void {
    const seconds = (performance.now() - begun) / 1000;
    const moved =
      (value as Record<symbol, { value: unknown; transferables: Transferable[] }> | null)
        ?.[TRANSFER];
    try {
      if (moved === undefined) port.post(["result", id, port.pack(value), seconds], []);
      else port.post(["result", id, port.pack(moved.value), seconds], moved.transferables);
    } catch (error) {
      const name = source.name || "<lambda>";
      const problem = new DOMException(
        `The result of ${name}() cannot be sent back: ${(error as Error).message}`,
        "DataCloneError",
      );
      post(["error", id, pack(problem, source), seconds]);
    }
  }

  function refuse(id: number, source: Source, error: unknown, begun: number): void {
    post(["error", id, pack(error, source), (performance.now() - begun) / 1000]);
  }

  function post(message: FromWorker): void {
    port.post(message, []);
  }

  function pack(error: unknown, source: Source | null): unknown {
    return port.pack(encode(error, source));
  }

  return receive;
}
