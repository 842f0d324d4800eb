// Copyright 2026 the asyncio authors. MIT license.

/**
 * The programs of the fuzz as plain data: what `generate.py` prints and `reference.py` runs.
 *
 * @module
 */

/** The errors that a program raises by itself. */
export type ErrorName = "ValueError" | "KeyError" | "RuntimeError";

/** Seconds, or `null` for no limit. */
export type Limit = number | null;

/** Every operation and its arguments; their meaning stands in `reference.py`. */
export interface Operations {
  log: [];
  sleep: [seconds: number];
  raise: [name: ErrorName];
  return: [value: number];
  call_soon: [];
  call_later: [seconds: number];

  spawn: [func: number, variable: number];
  call: [func: number];
  cancel: [variable: number];
  cancel_self: [];
  uncancel: [];
  cancelling: [];
  status: [variable: number];
  await_task: [variable: number];
  shield: [variable: number];
  wait_for_task: [variable: number, limit: Limit];
  wait_for: [func: number, limit: Limit];
  wait: [variables: number[], limit: Limit, returnWhen: ReturnWhen];
  gather: [funcs: number[], returnExceptions: boolean];
  as_completed: [funcs: number[], limit: Limit];
  group: [funcs: number[], body: Body];
  timeout: [limit: Limit, body: Body];
  try: [body: Body, handler: Body, final: Body];

  event_set: [event: number];
  event_clear: [event: number];
  event_wait: [event: number];
  acquire: [lock: number];
  release: [lock: number];
  lock: [lock: number, body: Body];
  sem_acquire: [semaphore: number];
  sem_release: [semaphore: number];
  semaphore: [semaphore: number, body: Body];
  condition_wait: [condition: number];
  condition_notify: [condition: number, count: number];
  barrier_wait: [barrier: number];
  barrier_abort: [barrier: number];
  barrier_reset: [barrier: number];

  put: [queue: number, value: number];
  get: [queue: number];
  put_nowait: [queue: number, value: number];
  get_nowait: [queue: number];
  task_done: [queue: number];
  join: [queue: number];
  shutdown: [queue: number, immediate: boolean];

  future_set: [future: number, value: number];
  future_fail: [future: number, name: ErrorName];
  future_cancel: [future: number];
  future_await: [future: number];
  future_callback: [future: number];
}

/** When `wait` comes back. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** The name of an operation. */
export type Kind = keyof Operations;

/** One operation: its name, then its arguments. */
export type Op = { [K in Kind]: [K, ...Operations[K]] }[Kind];

/** Operations one after the other. An interface, for `Op` and `Operations` refer to each other. */
export interface Body extends ReadonlyArray<Op> {}

/** A whole program: the objects that it shares, its functions and its main coroutine. */
export interface Program {
  locks: number;
  semaphores: number[];
  events: number;
  conditions: number;
  queues: { kind: "Queue" | "LifoQueue" | "PriorityQueue"; maxsize: number }[];
  barriers: number[];
  futures: number;
  functions: Body[];
  main: Body;
}

/** What a body of operations gives: the value of the `return` that ended it, or nothing. */
export type Result = number | undefined;

/** What happened, one line a step: `<time> <task name> <operation> <outcome>`. */
export type Trace = readonly string[];

/** A program and what CPython does with it. */
export interface Case {
  seed: number;
  program: Program;
  trace: Trace;
}
