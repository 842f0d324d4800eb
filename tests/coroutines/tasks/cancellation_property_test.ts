// Copyright 2026 the asyncio authors. MIT license.

/**
 * Random async functions, cancelled at random moments. Whatever they await, a cancellation is never
 * lost, nothing hangs, every finally block runs to its end, and the loop's books balance.
 */

import {
  allTasks,
  CancelledError,
  type Coroutine,
  coroutine,
  sleep,
  type Task,
} from "@asyncio/asyncio/coroutines";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { schedulerOf } from "../../../coroutines/turns/_scheduler.ts";
import { runTest, type TestLoop } from "../../_run_test.ts";

/** One thing that a function awaits. */
type Step =
  | { kind: "turn" | "microtask" | "immediate" | "done" | "generator" }
  | { kind: "sleep"; time: number }
  | { kind: "call" | "task" | "coroutine"; body: Step[] }
  | { kind: "all"; bodies: Step[][] }
  | { kind: "finally"; body: Step[]; cleanup: Step[] };

const leaf: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    { kind: "turn" },
    { kind: "microtask" },
    { kind: "immediate" },
    { kind: "done" },
    { kind: "generator" },
  ),
  fc.record({ kind: fc.constant("sleep" as const), time: fc.integer({ min: 0, max: 3 }) }),
);

const { program } = fc.letrec<{ step: Step; program: Step[] }>((tie) => ({
  step: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom("call" as const, "task", "coroutine"),
      body: tie("program"),
    }),
    fc.record({
      kind: fc.constant("all" as const),
      bodies: fc.array(tie("program"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("finally" as const),
      body: tie("program"),
      cleanup: fc.array(leaf, { maxLength: 2 }),
    }),
  ),
  program: fc.array(tie("step"), { minLength: 1, maxLength: 4 }),
}));

/** When to cancel: after so many turns of the loop, and so many macrotasks and microtasks then. */
const moment = fc.record({
  turns: fc.nat({ max: 6 }),
  immediates: fc.nat({ max: 2 }),
  microtasks: fc.nat({ max: 4 }),
});

/** How many cleanups have begun, and how many have come to their end. */
class Books {
  begun = 0;
  ended = 0;
}

const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));

const twoTurns = coroutine(function* (): Coroutine<void> {
  yield;
  yield* sleep(0);
});

async function act(steps: Step[], test: TestLoop, books: Books): Promise<void> {
  for (const step of steps) await perform(step, test, books);
}

async function perform(step: Step, test: TestLoop, books: Books): Promise<void> {
  const run = (body: Step[]) => act(body, test, books);
  switch (step.kind) {
    case "turn":
      return await sleep(0);
    case "microtask":
      return await Promise.resolve();
    case "immediate":
      return await immediate();
    case "generator":
      return await twoTurns();
    case "done": {
      const done = test.loop.createFuture<void>();
      done.setResult();
      return await done;
    }
    case "sleep":
      return await sleep(step.time);
    case "call":
      return await run(step.body);
    case "task":
      return await test.loop.createTask(() => run(step.body));
    case "coroutine":
      return await coroutine(run)(step.body);
    case "all":
      return void await Promise.all(step.bodies.map(run));
    case "finally":
      try {
        return await run(step.body);
      } finally {
        books.begun++;
        try {
          await run(step.cleanup);
        } finally {
          books.ended++;
        }
      }
  }
}

async function wait({ turns, immediates, microtasks }: {
  turns: number;
  immediates: number;
  microtasks: number;
}): Promise<void> {
  for (let i = 0; i < turns; i++) await sleep(0);
  for (let i = 0; i < immediates; i++) await immediate();
  for (let i = 0; i < microtasks; i++) await Promise.resolve();
}

async function outcome(task: Task<void>): Promise<string> {
  try {
    await task;
    return "finished";
  } catch (error) {
    if (error instanceof CancelledError) return "cancelled";
    throw error;
  }
}

/** A promise that a Promise.all has given up is nobody's: its rejection is not what is tested. */
function ignoreUnhandled(event: PromiseRejectionEvent): void {
  if (event.reason instanceof CancelledError) event.preventDefault();
}

Deno.test("A cancellation is never lost, whatever an async function awaits", async () => {
  globalThis.addEventListener("unhandledrejection", ignoreUnhandled);
  try {
    await fc.assert(
      fc.asyncProperty(program, fc.array(moment, { maxLength: 2 }), async (steps, moments) => {
        const books = new Books();
        await runTest(async (test) => {
          const task = test.loop.createTask(() => act(steps, test, books));
          let cancelled = false;
          for (const at of moments) {
            await wait(at);
            cancelled = task.cancel() || cancelled;
          }
          assertEquals(await outcome(task), cancelled ? "cancelled" : "finished");
          // What nobody waits for any more comes to its end, too.
          const unfinished = () => books.ended < books.begun || allTasks().size > 1;
          for (let round = 0; round < 5 || round < 30 && unfinished(); round++) {
            await immediate();
            await sleep(100);
          }
          assertEquals(books.ended, books.begun);
          assert(schedulerOf(test.loop).outside <= 1);
        });
      }),
      { numRuns: 300 },
    );
  } finally {
    globalThis.removeEventListener("unhandledrejection", ignoreUnhandled);
  }
});
