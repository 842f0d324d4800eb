// Copyright 2026 the asyncio authors. MIT license.

/**
 * What waits for what, as seen from one task or future: its own stack, and those of all who wait for it.
 *
 * CPython: Lib/asyncio/graph.py.
 */

import {
  currentTask,
  type Future,
  isfuture,
  repr,
  runningStack,
  RuntimeError,
  type StackFrame,
  suspendedStack,
  Task,
} from "../../coroutines/mod.ts";
import { type Awaiters, awaiters, linkedAwaiters } from "../tasks/awaited_by.ts";
import { idOf } from "./_id.ts";

/**
 * One function of a call stack.
 *
 * @example Usage
 * ```ts
 * import { captureCallGraph, FrameCallGraphEntry, run } from "@asyncio/asyncio";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await run(function* main() {
 *   const entry = captureCallGraph()!.callStack[0];
 *   assertInstanceOf(entry, FrameCallGraphEntry);
 *   assertEquals(entry.frame.function, "main");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.FrameCallGraphEntry}
 */
export class FrameCallGraphEntry {
  /** The function, its file and its line. */
  readonly frame: StackFrame;

  /**
   * An entry.
   *
   * @param frame The function, its file and its line.
   */
  constructor(frame: StackFrame) {
    this.frame = frame;
    Object.freeze(this);
  }
}

/**
 * A task or a future, where it waits, and who waits for it.
 *
 * @example Usage
 * ```ts
 * import { captureCallGraph, currentTask, FutureCallGraph, run } from "@asyncio/asyncio";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await run(function* main() {
 *   const graph = captureCallGraph();
 *   assertInstanceOf(graph, FutureCallGraph);
 *   assertEquals(graph.future, currentTask());
 *   assertEquals(graph.awaitedBy, []);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.FutureCallGraph}
 */
export class FutureCallGraph {
  /** The task, or the future. */
  readonly future: Future<unknown>;
  /** The functions in which it is, innermost first; none of a plain future. */
  readonly callStack: readonly FrameCallGraphEntry[];
  /** Those who wait for it. */
  readonly awaitedBy: readonly FutureCallGraph[];

  /**
   * A graph.
   *
   * @param future The task, or the future.
   * @param callStack The functions in which it is.
   * @param awaitedBy Those who wait for it.
   */
  constructor(
    future: Future<unknown>,
    callStack: readonly FrameCallGraphEntry[],
    awaitedBy: readonly FutureCallGraph[],
  ) {
    this.future = future;
    this.callStack = callStack;
    this.awaitedBy = awaitedBy;
    Object.freeze(this);
  }
}

/**
 * Options of {@linkcode captureCallGraph} and {@linkcode formatCallGraph}.
 *
 * @see {@linkcode captureCallGraph}
 */
export interface CallGraphOptions {
  /** How many functions to leave out of the stack of the current task, from the top. Default: 1. */
  depth?: number | undefined;
  /**
   * How many functions of each stack to give: the innermost of a negative number, and for one that is
   * positive, those closest to the task's own coroutine. `0` for none. Default: all.
   */
  limit?: number | null | undefined;
}

/**
 * What text is printed to.
 *
 * @see {@linkcode printCallGraph}
 */
export interface TextOutput {
  /** Writes text. */
  write(text: string): unknown;
}

/**
 * Options of {@linkcode printCallGraph}.
 *
 * @see {@linkcode printCallGraph}
 */
export interface PrintCallGraphOptions extends CallGraphOptions {
  /** What to print to. Default: the console. */
  file?: TextOutput | null | undefined;
}

/** What there is to know in every part of a graph. */
interface Survey {
  readonly awaiters: Awaiters;
  readonly limit: number | null;
  /** Those on the way from the root: one that comes again is in a circle, and goes no further. */
  readonly path: Set<Future<unknown>>;
}

type Caller = (...args: never[]) => unknown;

/**
 * The call graph of a task or a future: its stack, and who waits for it, and who for them.
 *
 * In debug mode, all functions have their file and line. Without it that is so of code that runs; of a
 * task that waits it is known what its coroutine is called.
 *
 * @param future The task or future. Default: the current task.
 * @param options `depth` and `limit`.
 * @returns The graph; `null` if there is no current task.
 * @throws {TypeError} If `future` is none.
 * @throws {RuntimeError} If no loop is running and no future is given.
 *
 * @example Usage
 * ```ts
 * import { captureCallGraph, type Coroutine, createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* work(): Coroutine<string[]> {
 *   yield* sleep(0);
 *   const graph = captureCallGraph();
 *   return graph!.awaitedBy.flatMap(({ callStack }) => callStack.map(({ frame }) => frame.function));
 * }
 *
 * function* main(): Coroutine<string[]> {
 *   return yield* createTask(work);
 * }
 *
 * assertEquals(await run(main, { debug: true }), ["main"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.capture_call_graph}
 */
export function captureCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): FutureCallGraph | null {
  return capture(future ?? null, options, captureCallGraph);
}

/**
 * The call graph as text.
 *
 * @param future The task or future. Default: the current task.
 * @param options `depth` and `limit`.
 * @returns The text, of several lines; empty if there is no current task.
 * @throws {TypeError} If `future` is none.
 * @throws {RuntimeError} If no loop is running and no future is given.
 *
 * @example Usage
 * ```ts
 * import { createTask, formatCallGraph, run, sleep } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * await run(function* main() {
 *   const child = createTask(sleep(0.001), { name: "child" });
 *   const parent = createTask(async () => await child, { name: "parent" });
 *   yield* sleep(0);
 *   assertMatch(formatCallGraph(child), /^\* Task\(name='child'.*\n.*\n.*\n {2}\+ Awaited by:/);
 *   yield* parent;
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.format_call_graph}
 */
export function formatCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): string {
  return format(capture(future ?? null, options, formatCallGraph));
}

/**
 * Prints the call graph.
 *
 * @param future The task or future. Default: the current task.
 * @param options `file`, `depth` and `limit`.
 * @throws {TypeError} If `future` is none.
 * @throws {RuntimeError} If no loop is running and no future is given.
 *
 * @example Usage
 * ```ts
 * import { printCallGraph, run } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * await run(function* main() {
 *   let printed = "";
 *   printCallGraph(null, { file: { write: (text) => printed += text } });
 *   assertMatch(printed, /line \d+, in async main\(\)\n$/);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html#asyncio.print_call_graph}
 */
export function printCallGraph(
  future?: Future<unknown> | null,
  { file, ...options }: PrintCallGraphOptions = {},
): void {
  const text = format(capture(future ?? null, options, printCallGraph));
  if (file === null || file === undefined) console.log(text);
  else file.write(`${text}\n`);
}

function capture(
  given: Future<unknown> | null,
  { depth = 1, limit = null }: CallGraphOptions,
  above: Caller,
): FutureCallGraph | null {
  const current = runningTaskOrNull(given !== null);
  const future = given ?? current;
  if (future === null) return null;
  if (!isfuture(future)) {
    throw new TypeError(
      `${repr(future)} object does not appear to be compatible with asyncio.Future`,
    );
  }
  const survey: Survey = { awaiters: awaiters(future.getLoop()), limit, path: new Set() };
  if (future !== current) return graphOf(future, survey);
  const stack = limit === 0 ? [] : runningStack(above).slice(Math.max(0, depth - 1));
  return new FutureCallGraph(future, entries(cut(stack, limit)), awaitersOf(future, survey));
}

function runningTaskOrNull(isGiven: boolean): Task<unknown> | null {
  try {
    return currentTask();
  } catch (error) {
    if (isGiven && error instanceof RuntimeError) return null;
    if (!(error instanceof RuntimeError)) throw error;
    throw new RuntimeError(
      "captureCallGraph() is called outside of a running event loop and no *future* to " +
        "introspect was provided",
    );
  }
}

function graphOf(future: Future<unknown>, survey: Survey): FutureCallGraph {
  const stack = survey.limit === 0 ? [] : suspendedStack(future);
  return new FutureCallGraph(
    future,
    entries(cut(stack, survey.limit)),
    awaitersOf(future, survey),
  );
}

function awaitersOf(future: Future<unknown>, survey: Survey): FutureCallGraph[] {
  if (future.done() || survey.path.has(future)) return [];
  survey.path.add(future);
  const all = new Set([...survey.awaiters.get(future) ?? [], ...linkedAwaiters(future)]);
  const graphs = [...all].map((one) => graphOf(one, survey));
  survey.path.delete(future);
  return graphs;
}

/** Of a positive limit, those closest to the task's own coroutine stay; of a negative, the innermost. */
function cut(stack: StackFrame[], limit: number | null): StackFrame[] {
  if (limit === null || limit === 0) return stack;
  return limit > 0 ? stack.slice(-limit) : stack.slice(0, -limit);
}

function entries(stack: StackFrame[]): FrameCallGraphEntry[] {
  return stack.map((frame) => new FrameCallGraphEntry(frame));
}

function format(graph: FutureCallGraph | null): string {
  return graph === null ? "" : [...linesOf(graph, "")].join("\n");
}

function* linesOf(graph: FutureCallGraph, indent: string): Generator<string> {
  const { future, callStack, awaitedBy } = graph;
  const id = `id=${idOf(future)}`;
  yield indent +
    (future instanceof Task ? `* Task(name=${repr(future.getName())}, ${id})` : `* Future(${id})`);
  if (callStack.length > 0) yield `${indent}  + Call stack:`;
  for (const { frame } of callStack) yield `${indent}  |   ${lineOf(frame)}`;
  if (awaitedBy.length > 0) yield `${indent}  + Awaited by:`;
  for (const one of awaitedBy) yield* linesOf(one, `${indent}    `);
}

function lineOf({ file, line, isAsync, function: name }: StackFrame): string {
  const call = `${isAsync ? "async " : ""}${name}()`;
  return file === undefined ? `In ${call}` : `File ${repr(file)}, line ${line}, in ${call}`;
}
