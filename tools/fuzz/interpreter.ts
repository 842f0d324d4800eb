// Copyright 2026 the asyncio authors. MIT license.

/**
 * The interpreter of generated programs on this library, as `reference.py` is on CPython: the
 * meaning of everything here stands there.
 *
 * @module
 */

import {
  asyncWith,
  Barrier,
  CancelledError,
  Condition,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  type EventLoop,
  type Future,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
  type Task,
  timeout,
} from "@asyncio/asyncio";
import type { Form } from "./form.ts";
import type { Body, Kind, Op, Operations, Program, Result } from "./program.ts";
import { describe, formatGeneral, str } from "./python_format.ts";

/** Virtual seconds after which the whole program is cancelled. */
const HORIZON = 1000;

/** Operations whose errors leave the body that they stand in. */
const RAISING: ReadonlySet<Kind> = new Set(
  ["raise", "group", "call", "lock", "semaphore", "timeout", "try"],
);

/** Operations whose value ends the body that they stand in. */
const RETURNING: ReadonlySet<Kind> = new Set(
  ["return", "try", "lock", "semaphore", "timeout", "group"],
);

const QUEUES = { Queue, LifoQueue, PriorityQueue };

/** The coroutine function of an operation. */
export type Operation<K extends Kind> = (...args: Operations[K]) => Coroutine<Result | void>;

/** The coroutine functions of all operations. */
export type OperationTable = { readonly [K in Kind]: Operation<K> };

/** One run of one program: its shared objects, its counters and its trace so far. */
export class Interpreter {
  readonly trace: string[] = [];
  /** Ends when the main coroutine does: what abandoned tasks do after it is not traced. */
  recording = true;

  readonly tasks = new Map<number, Task<Result>>();
  readonly locks: Lock[] = [];
  readonly semaphores: Semaphore[] = [];
  readonly events: Event[] = [];
  readonly conditions: Condition[] = [];
  readonly queues: Queue<number>[] = [];
  readonly barriers: Barrier[] = [];
  readonly futures: Future<number>[] = [];

  readonly loop: EventLoop;
  readonly form: Form;

  readonly #program: Program;
  readonly #operations: OperationTable;
  #names = 0;
  #timers = 0;

  constructor(
    program: Program,
    { loop, form, operations }: {
      loop: EventLoop;
      form: Form;
      operations: (interpreter: Interpreter) => OperationTable;
    },
  ) {
    this.loop = loop;
    this.form = form;
    this.#program = program;
    this.#operations = operations(this);
  }

  /** The main coroutine. */
  *main(): Coroutine<void> {
    currentTask()!.setName("main");
    this.#setUp();
    try {
      const body = this.body(this.#program.main);
      const value = yield* this.form.wait(asyncWith(timeout(HORIZON), body));
      this.log("main", `value ${str(value)}`);
    } catch (error) {
      this.log("main", `failed ${describe(error)}`);
    }
    this.recording = false;
  }

  /** Adds a line about the current task. */
  log(what: string, outcome: string): void {
    if (!this.recording) return;
    const name = currentTask()?.getName() ?? "-";
    this.trace.push(`${formatGeneral(this.loop.time())} ${name} ${what} ${outcome}`.trimEnd());
  }

  /** A plain callback that adds a line; `prefix` and a running number are its name. */
  callback(prefix: string): () => void {
    const name = `${prefix}${++this.#timers}`;
    return () => {
      if (this.recording) this.trace.push(`${formatGeneral(this.loop.time())} - ${name}`);
    };
  }

  /** The name of the next task. */
  nextName(): string {
    return `t${++this.#names}`;
  }

  /** A new task of function `index`. */
  spawn(index: number): Task<Result> {
    const name = this.nextName();
    return createTask(this.form.task(this.function(index)), { name });
  }

  /** Function `index` as a coroutine of its own. */
  function(index: number): Coroutine<Result> {
    return this.#function(index);
  }

  /** A body of operations as what `asyncWith` takes. */
  body(ops: Body): () => Coroutine<Result> | Promise<Result> {
    return () => this.form.call(this.#block(ops));
  }

  /** Runs a body of operations inside the current coroutine, as a call. */
  block(ops: Body): Coroutine<Result> {
    return this.form.wait(this.form.call(this.#block(ops)));
  }

  #setUp(): void {
    const program = this.#program;
    this.locks.push(...times(program.locks, () => new Lock()));
    this.semaphores.push(...program.semaphores.map((value) => new Semaphore(value)));
    this.events.push(...times(program.events, () => new Event()));
    this.conditions.push(...times(program.conditions, () => new Condition()));
    this.queues.push(
      ...program.queues.map(({ kind, maxsize }) => new QUEUES[kind]<number>(maxsize)),
    );
    this.barriers.push(...program.barriers.map((parties) => new Barrier(parties)));
    this.futures.push(...times(program.futures, () => this.loop.createFuture<number>()));
  }

  *#function(index: number): Coroutine<Result> {
    return yield* this.block(this.#program.functions[index]!);
  }

  *#block(ops: Body): Coroutine<Result> {
    for (const op of ops) {
      const result = yield* this.form.wait(this.form.call(this.#step(op)));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** One operation, from its line `begin` to its line `ended` or `raised`. */
  *#step([kind, ...args]: Op): Coroutine<Result> {
    this.log(kind, "begin");
    let result: Result;
    try {
      const operation = this.#operations[kind] as Operation<Kind>;
      result = (yield* this.form.wait(this.form.call(operation(...args)))) ?? undefined;
    } catch (error) {
      this.log(kind, `raised ${describe(error)}`);
      if (error instanceof CancelledError || RAISING.has(kind)) throw error;
      return undefined;
    }
    this.log(kind, result === undefined ? "ended" : `ended ${result}`);
    return RETURNING.has(kind) ? result : undefined;
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
