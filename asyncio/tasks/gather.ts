// Copyright 2026 the asyncio authors. MIT license.

import {
  type Awaitable,
  CancelledError,
  type CoroutineFunction,
  Future,
  getEventLoop,
  hasFailed,
  isClaimed,
  iscoroutine,
  type Result,
  standsFor,
  Task,
} from "../../coroutines/mod.ts";
import { raised } from "../_raised.ts";
import { ensureFuture } from "./ensure_future.ts";

/**
 * What {@linkcode gather} takes: whatever can be waited for, or called for something that can.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.gather}
 */
export type Gatherable = Awaitable<unknown> | CoroutineFunction<unknown>;

/**
 * Options of {@linkcode gather}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.gather}
 */
export interface GatherOptions {
  /** Whether errors take their places among the results. Default: `false`. */
  returnExceptions?: boolean | undefined;
}

/**
 * Runs awaitables side by side, and gathers their results.
 *
 * Coroutines become tasks, which start in the order given. The first error is passed on at once, and
 * the others run on; with `returnExceptions`, all are waited for. Cancelling the future cancels all
 * of them. If one of them is cancelled by somebody else, that is an error as any other. The same
 * awaitable given twice runs once; a function is called as often as it is given.
 *
 * @typeParam A Types of the awaitables.
 * @param aws Coroutines, coroutine functions, futures and promises.
 * @returns A future of the results, in the order of the arguments.
 * @throws {TypeError} If an argument cannot be awaited.
 * @throws {ValueError} If two futures belong to different loops.
 * @throws {RuntimeError} If there is no current event loop for a coroutine.
 *
 * @example Usage
 * ```ts
 * import { gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const [n, text] = yield* gather(sleep(0.002, 42), async () => await sleep(0.001, "hi"));
 *   assertEquals([n, text], [42, "hi"]);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.gather}
 */
export function gather<A extends readonly Gatherable[]>(
  ...aws: A
): Future<{ -readonly [I in keyof A]: Result<A[I]> }>;
/**
 * The same with options that leave errors to be passed on.
 *
 * @typeParam A Types of the awaitables.
 * @param args The awaitables, and after the last one `{ returnExceptions: false }`.
 * @returns A future of the results, in the order of the arguments.
 */
export function gather<A extends readonly Gatherable[]>(
  ...args: [...aws: A, options: GatherOptions & { returnExceptions?: false | undefined }]
): Future<{ -readonly [I in keyof A]: Result<A[I]> }>;
/**
 * The same with `returnExceptions`: all are waited for, and errors take their places among the results.
 *
 * @typeParam A Types of the awaitables.
 * @param args The awaitables, and after the last one `{ returnExceptions: true }`.
 * @returns A future of the results and errors, in the order of the arguments.
 *
 * @example Errors among the results
 * ```ts
 * import { gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * async function fail(): Promise<never> {
 *   throw await sleep(0, new Error("no"));
 * }
 *
 * await run(async () => {
 *   const [n, error] = await gather(sleep(0, 42), fail, { returnExceptions: true });
 *   assertEquals(n, 42);
 *   assertInstanceOf(error, Error);
 * });
 * ```
 */
export function gather<A extends readonly Gatherable[]>(
  ...args: [...aws: A, options: GatherOptions]
): Future<{ -readonly [I in keyof A]: Result<A[I]> | Error }>;
export function gather(
  ...args: readonly (Gatherable | GatherOptions)[]
): Future<unknown[]> {
  const last = args.at(-1);
  const { returnExceptions = false } = isOptions(last) ? last : {};
  const aws = (isOptions(last) ? args.slice(0, -1) : args) as readonly Gatherable[];
  if (aws.length > 0) return gatherAll(aws, returnExceptions);
  const nothing = getEventLoop().createFuture<unknown[]>();
  nothing.setResult([]);
  return nothing;
}

function isOptions(value: unknown): value is GatherOptions {
  if (typeof value !== "object" || value === null || "then" in value) return false;
  return Object.getPrototypeOf(value) === Object.prototype && !iscoroutine(value);
}

/** Gathers any number of awaitables, one at least: a spread argument list has its limits. */
// CPython: Lib/asyncio/tasks.py, gather
export function gatherAll(
  aws: readonly Gatherable[],
  returnExceptions: boolean,
): Future<unknown[]> {
  const doneAlready: Future<unknown>[] = [];
  let outer: _GatheringFuture | null = null;
  const childDone = (child: Future<unknown>): void => {
    if (outer === null) noteSeen(child);
    else outer.childDone(child);
  };
  let different = 0;
  const children = futuresOf(aws, (child) => {
    different++;
    if (child.done()) doneAlready.push(child);
    else child.addDoneCallback(childDone);
  });
  outer = new _GatheringFuture(children, different, returnExceptions);
  // If all of them are done, having started eagerly, the gathering is done at once.
  doneAlready.forEach(childDone);
  return outer;
}

/** A future for each awaitable, the same for the same; `onNew` hears of each different one. */
function futuresOf(
  aws: readonly Gatherable[],
  onNew: (child: Future<unknown>) => void,
): Future<unknown>[] {
  const children: Future<unknown>[] = [];
  const known = new Map<object, Future<unknown>>();
  for (const aw of aws) {
    let child = typeof aw === "function" ? undefined : earlier(aw, known, children);
    if (child === undefined) {
      child = ensureFuture(aw, { loop: children[0]?.getLoop() });
      if (typeof aw !== "function" && !isFoundByTask(aw, child)) known.set(aw, child);
      onNew(child);
    }
    children.push(child);
  }
  return children;
}

/** The future of an awaitable that has come before. */
function earlier(
  aw: object,
  known: ReadonlyMap<object, Future<unknown>>,
  children: readonly Future<unknown>[],
): Future<unknown> | undefined {
  const child = known.size > 0 ? known.get(aw) : undefined;
  if (child !== undefined || !isClaimed(aw)) return child;
  return children.find((one) => one instanceof Task && one.getCoro() === aw);
}

/** Whether an awaitable need not be remembered: it is a coroutine, and its task has it. */
function isFoundByTask(aw: object, child: Future<unknown>): boolean {
  return isClaimed(aw) && !child.done();
}

/** The future of several futures. Its repr shows its name. */
// CPython: Lib/asyncio/tasks.py, _GatheringFuture
class _GatheringFuture extends Future<unknown[]> {
  readonly #children: readonly Future<unknown>[];
  readonly #returnExceptions: boolean;
  /** How many different children are not done. */
  #pending: number;
  #cancelRequested = false;

  constructor(
    children: readonly Future<unknown>[],
    different: number,
    returnExceptions: boolean,
  ) {
    super({ loop: children[0]!.getLoop() });
    this.#children = children;
    this.#returnExceptions = returnExceptions;
    this.#pending = different;
  }

  /** Whoever waits for it waits for the children. */
  get [standsFor](): readonly Future<unknown>[] {
    return this.#children;
  }

  /** Cancels the children. It is done when they are. */
  override cancel(message?: string | null): boolean {
    if (this.done()) return false;
    let cancelled = false;
    for (const child of this.#children) if (child.cancel(message)) cancelled = true;
    if (cancelled) this.#cancelRequested = true;
    return cancelled;
  }

  /** Called once for each different child. */
  childDone(child: Future<unknown>): void {
    this.#pending--;
    if (this.done()) return noteSeen(child);
    if (!this.#returnExceptions && isNoResult(child)) {
      return this.#fail(outcomeOf(child));
    }
    if (this.#pending === 0) this.#finish();
  }

  #fail(error: unknown): void {
    this.setException(error);
    // Who has cancelled it need not wait for it: a task that has left a circle does not.
    if (this.#cancelRequested && error instanceof CancelledError) this.noteRetrieved();
  }

  #finish(): void {
    const results = this.#children.map(outcomeAmongResults);
    if (!this.#cancelRequested) return this.setResult(results);
    const last = this.#children.at(-1)!;
    this.#fail(last.cancelled() ? results.at(-1) : new CancelledError());
  }
}

/** Nobody waits for the child any more: its error counts as seen. */
function noteSeen(child: Future<unknown>): void {
  if (!child.cancelled()) child.exception();
}

function isNoResult(child: Future<unknown>): boolean {
  return child.cancelled() || hasFailed(child);
}

/** The result or the error of a future that is done. */
function outcomeOf(child: Future<unknown>): unknown {
  try {
    return child.result();
  } catch (error) {
    return error;
  }
}

/** The same as one of many results, among which `null` would count as no error. */
function outcomeAmongResults(child: Future<unknown>): unknown {
  return hasFailed(child) ? raised(child.exception()) : outcomeOf(child);
}
