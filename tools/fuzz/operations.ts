// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield -- every operation is a coroutine, also one that never waits

/**
 * The operations of the fuzz programs, in the order of `reference.py`.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import {
  CancelledError,
  type Coroutine,
  currentTask,
  ExceptionGroup,
  KeyError,
  RuntimeError,
  type Task,
  ValueError,
} from "@asyncio/asyncio";
import type { Interpreter, OperationTable } from "./interpreter.ts";
import type { Body, ErrorName, Limit, Result, ReturnWhen } from "./program.ts";
import { describe, str } from "./python_format.ts";

const ERRORS = { ValueError, KeyError, RuntimeError };

/** Every operation as a coroutine function that acts on `it`. */
export function operations(it: Interpreter): OperationTable {
  return {
    ...plainOperations(it),
    ...taskOperations(it),
    ...waitingOperations(it),
    ...nestingOperations(it),
    ...lockOperations(it),
    ...conditionOperations(it),
    ...queueOperations(it),
    ...futureOperations(it),
  };
}

function plainOperations(it: Interpreter) {
  return {
    *log(): Coroutine<void> {},
    *sleep(seconds: number): Coroutine<void> {
      yield* it.form.wait(asyncio.sleep(seconds));
    },
    *raise(name: ErrorName): Coroutine<void> {
      throw new ERRORS[name]("x");
    },
    *return(value: number): Coroutine<number> {
      return value;
    },
    *call_soon(): Coroutine<void> {
      it.loop.callSoon(it.callback("soon"));
    },
    *call_later(seconds: number): Coroutine<void> {
      it.loop.callLater(seconds, it.callback("later"));
    },
  };
}

function taskOperations(it: Interpreter) {
  return {
    *spawn(func: number, variable: number): Coroutine<void> {
      it.tasks.set(variable, it.spawn(func));
    },
    *call(func: number): Coroutine<void> {
      it.log("call", `value ${str(yield* it.form.wait(it.form.call(it.function(func))))}`);
    },
    *cancel(variable: number): Coroutine<void> {
      const task = it.tasks.get(variable);
      if (task === undefined || task === currentTask()) return;
      it.log("cancel", `${task.getName()} ${str(task.cancel())}`);
    },
    *cancel_self(): Coroutine<void> {
      currentTask()!.cancel();
    },
    *uncancel(): Coroutine<void> {
      it.log("uncancel", str(currentTask()!.uncancel()));
    },
    *cancelling(): Coroutine<void> {
      it.log("cancelling", str(currentTask()!.cancelling()));
    },
    *status(variable: number): Coroutine<void> {
      const task = it.tasks.get(variable);
      if (task === undefined) return;
      it.log("status", `${task.getName()} ${str(task.done())} ${str(task.cancelled())}`);
    },
  };
}

function waitingOperations(it: Interpreter) {
  return {
    *await_task(variable: number): Coroutine<void> {
      const task = other(it, variable);
      if (task) it.log("await_task", `value ${str(yield* it.form.wait(task))}`);
    },
    *shield(variable: number): Coroutine<void> {
      const task = other(it, variable);
      if (task) it.log("shield", `value ${str(yield* it.form.wait(asyncio.shield(task)))}`);
    },
    *wait_for_task(variable: number, limit: Limit): Coroutine<void> {
      const task = other(it, variable);
      if (!task) return;
      const value = yield* it.form.wait(asyncio.waitFor(task, limit));
      it.log("wait_for_task", `value ${str(value)}`);
    },
    *wait_for(func: number, limit: Limit): Coroutine<void> {
      it.log("wait_for", it.nextName());
      const value = yield* it.form.wait(asyncio.waitFor(it.form.task(it.function(func)), limit));
      it.log("wait_for", `value ${str(value)}`);
    },
    *wait(
      variables: number[],
      limit: Limit,
      returnWhen: ReturnWhen,
    ): Coroutine<void> {
      const tasks = [...new Set(variables.map((variable) => other(it, variable)))]
        .filter((task) => task !== undefined);
      if (tasks.length === 0) return;
      const [done, pending] = yield* it.form.wait(
        asyncio.wait(tasks, { timeout: limit, returnWhen: asyncio[returnWhen] }),
      );
      const names = (set: Set<Task<Result>>) =>
        tasks.filter((task) => set.has(task)).map((task) => task.getName()).join("+");
      it.log("wait", `done=${names(done)} pending=${names(pending)}`);
    },
    *gather(funcs: number[], returnExceptions: boolean): Coroutine<void> {
      const tasks = funcs.map((func) => it.spawn(func));
      const values = yield* it.form.wait(asyncio.gather(...tasks, { returnExceptions }));
      it.log("gather", "values " + values.map(strOrError).join(","));
    },
    *as_completed(funcs: number[], limit: Limit): Coroutine<void> {
      const tasks = funcs.map((func) => it.spawn(func));
      for (const next of asyncio.asCompleted(tasks, { timeout: limit })) {
        try {
          it.log("as_completed", `value ${str(yield* it.form.wait(next))}`);
        } catch (error) {
          if (!isFailureOfOther(error)) throw error;
          it.log("as_completed", `failed ${describe(error)}`);
        }
      }
    },
  };
}

function nestingOperations(it: Interpreter) {
  return {
    *group(funcs: number[], body: Body): Coroutine<Result> {
      const group = new asyncio.TaskGroup();
      return yield* it.form.wait(asyncio.asyncWith(group, () => {
        for (const func of funcs) {
          const name = it.nextName();
          group.createTask(it.form.task(it.function(func)), { name });
        }
        return it.body(body)();
      }));
    },
    *timeout(limit: Limit, body: Body): Coroutine<Result> {
      const scope = asyncio.timeout(limit);
      const result = yield* it.form.wait(asyncio.asyncWith(scope, it.body(body)));
      it.log("timeout", `expired=${str(scope.expired())}`);
      return result;
    },
    *try(body: Body, handler: Body, final: Body): Coroutine<Result> {
      try {
        return yield* it.block(body);
      } catch (error) {
        if (error instanceof CancelledError) {
          yield* it.block(handler);
          throw error;
        }
        it.log("try", `caught ${describe(error)}`);
        return yield* it.block(handler);
      } finally {
        yield* it.block(final);
      }
    },
  };
}

function lockOperations(it: Interpreter) {
  return {
    *event_set(event: number): Coroutine<void> {
      it.events[event]!.set();
    },
    *event_clear(event: number): Coroutine<void> {
      it.events[event]!.clear();
    },
    *event_wait(event: number): Coroutine<void> {
      yield* it.form.wait(it.events[event]!.wait());
    },
    *acquire(lock: number): Coroutine<void> {
      yield* it.form.wait(it.locks[lock]!.acquire());
    },
    *release(lock: number): Coroutine<void> {
      it.locks[lock]!.release();
    },
    *lock(lock: number, body: Body): Coroutine<Result> {
      return yield* it.form.wait(asyncio.asyncWith(it.locks[lock]!, it.body(body)));
    },
    *sem_acquire(semaphore: number): Coroutine<void> {
      yield* it.form.wait(it.semaphores[semaphore]!.acquire());
    },
    *sem_release(semaphore: number): Coroutine<void> {
      it.semaphores[semaphore]!.release();
    },
    *semaphore(semaphore: number, body: Body): Coroutine<Result> {
      return yield* it.form.wait(asyncio.asyncWith(it.semaphores[semaphore]!, it.body(body)));
    },
  };
}

function conditionOperations(it: Interpreter) {
  return {
    *condition_wait(index: number): Coroutine<void> {
      const condition = it.conditions[index]!;
      const body = function* (): Coroutine<void> {
        yield* it.form.wait(condition.wait());
      };
      yield* it.form.wait(asyncio.asyncWith(condition, () => it.form.call(body())));
    },
    *condition_notify(index: number, count: number): Coroutine<void> {
      const condition = it.conditions[index]!;
      const body = function* (): Coroutine<void> {
        condition.notify(count);
      };
      yield* it.form.wait(asyncio.asyncWith(condition, () => it.form.call(body())));
    },
    *barrier_wait(barrier: number): Coroutine<void> {
      const position = yield* it.form.wait(it.barriers[barrier]!.wait());
      it.log("barrier_wait", `position ${position}`);
    },
    *barrier_abort(barrier: number): Coroutine<void> {
      yield* it.form.wait(it.barriers[barrier]!.abort());
    },
    *barrier_reset(barrier: number): Coroutine<void> {
      yield* it.form.wait(it.barriers[barrier]!.reset());
    },
  };
}

function queueOperations(it: Interpreter) {
  return {
    *put(queue: number, value: number): Coroutine<void> {
      yield* it.form.wait(it.queues[queue]!.put(value));
    },
    *get(queue: number): Coroutine<void> {
      it.log("get", `value ${yield* it.form.wait(it.queues[queue]!.get())}`);
    },
    *put_nowait(queue: number, value: number): Coroutine<void> {
      it.queues[queue]!.putNowait(value);
    },
    *get_nowait(queue: number): Coroutine<void> {
      it.log("get_nowait", `value ${it.queues[queue]!.getNowait()}`);
    },
    *task_done(queue: number): Coroutine<void> {
      it.queues[queue]!.taskDone();
    },
    *join(queue: number): Coroutine<void> {
      yield* it.form.wait(it.queues[queue]!.join());
    },
    *shutdown(queue: number, immediate: boolean): Coroutine<void> {
      it.queues[queue]!.shutdown(immediate);
    },
  };
}

function futureOperations(it: Interpreter) {
  return {
    *future_set(future: number, value: number): Coroutine<void> {
      it.futures[future]!.setResult(value);
    },
    *future_fail(future: number, name: ErrorName): Coroutine<void> {
      it.futures[future]!.setException(new ERRORS[name]("x"));
    },
    *future_cancel(future: number): Coroutine<void> {
      it.log("future_cancel", str(it.futures[future]!.cancel()));
    },
    *future_await(future: number): Coroutine<void> {
      const value = yield* it.form.wait(asyncio.shield(it.futures[future]!));
      it.log("future_await", `value ${value}`);
    },
    *future_callback(future: number): Coroutine<void> {
      it.futures[future]!.addDoneCallback(it.callback("callback"));
    },
  };
}

/** The task in a variable, if it is younger than the current one: so no two wait for each other. */
function other(it: Interpreter, variable: number): Task<Result> | undefined {
  const task = it.tasks.get(variable);
  return task && number(task) > number(currentTask()!) ? task : undefined;
}

function number(task: Task<unknown>): number {
  const name = task.getName();
  return name === "main" ? 0 : Number(name.slice("t".length));
}

/** Whether `asCompleted` handed on a task's own failure, not the cancellation of its awaiter. */
function isFailureOfOther(error: unknown): boolean {
  if (error instanceof CancelledError) return currentTask()!.cancelling() === 0;
  return error instanceof ValueError || error instanceof KeyError ||
    error instanceof RuntimeError || error instanceof ExceptionGroup;
}

function strOrError(value: unknown): string {
  return value instanceof Error ? describe(value) : str(value);
}
