// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  currentTask,
  type Future,
  isClaimed,
  newEventLoop,
  PrimitiveCoroutine,
  RuntimeError,
} from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { testForms } from "../../_run_test.ts";

/** What a {@linkcode Pass} goes through: futures, one after the other, and a log. */
class Course {
  readonly log: string[] = [];
  readonly futures: Future<string>[];
  next = 0;
  last: () => string = () => "through";

  constructor(...futures: Future<string>[]) {
    this.futures = futures;
  }
}

class Pass extends PrimitiveCoroutine<string, Course, Future<string>> {
  static {
    this.named("pass");
  }

  protected override begin(): Future<string> | null {
    this.owner.log.push("begins");
    return this.#next();
  }

  protected override woken(future: Future<string>): Future<string> | null {
    this.owner.log.push(`woken by ${future.result()}`);
    return this.#next();
  }

  protected override giveUp(_future: Future<string>, error: unknown): void {
    this.owner.log.push(`gives up: ${error}`);
  }

  protected override finish(): string {
    return this.owner.last();
  }

  #next(): Future<string> | null {
    return this.owner.futures[this.owner.next++] ?? null;
  }
}

testForms("PrimitiveCoroutine with nothing to wait for takes no turn", function* ({ loop, wait }) {
  let turned = false;
  loop.callSoon(() => turned = true);
  const course = new Course();
  assertEquals(course.log, []);
  assertEquals(yield* wait(new Pass(course)), "through");
  assertEquals(course.log, ["begins"]);
  assert(!turned);
});

testForms("PrimitiveCoroutine waits as often as it is told", function* ({ loop, wait, spawn }) {
  const course = new Course(loop.createFuture<string>(), loop.createFuture<string>());
  const task = spawn(() => wait(new Pass(course)));
  loop.callSoon(() => course.futures[0]!.setResult("one"));
  loop.callLater(1, () => course.futures[1]!.setResult("two"));
  assertEquals(yield* wait(task), "through");
  assertEquals(course.log, ["begins", "woken by one", "woken by two"]);
});

testForms("PrimitiveCoroutine that is cancelled gives up what it waits for", function* (test) {
  const { loop, wait, spawn, turns, raises } = test;
  for (const isDone of [false, true]) {
    const course = new Course(loop.createFuture<string>(), loop.createFuture<string>());
    const task = spawn(() => wait(new Pass(course)));
    yield* turns(2);
    // What has come, and was not taken, is given up like what has not.
    if (isDone) course.futures[0]!.setResult("one");
    task.cancel("enough");
    yield* raises(task, CancelledError, "enough");
    assertEquals(course.log, ["begins", "gives up: CancelledError: enough"]);
    assertEquals(course.futures[0]!.cancelled(), !isDone);
  }
});

testForms("PrimitiveCoroutine is cancelled in its second wait as in its first", function* (test) {
  const { loop, wait, spawn, turns, raises } = test;
  const course = new Course(loop.createFuture<string>(), loop.createFuture<string>());
  const task = spawn(() => wait(new Pass(course)));
  yield* turns(2);
  course.futures[0]!.setResult("one");
  yield* turns(2);
  task.cancel("enough");
  yield* raises(task, CancelledError, "enough");
  assert(course.futures[1]!.cancelled());
  assertEquals(course.log.at(-1), "gives up: CancelledError: enough");
});

testForms("PrimitiveCoroutine whose task was cancelled before waits first", function* (test) {
  const { loop, wait, spawn, turns, raises } = test;
  const course = new Course(loop.createFuture<string>());
  const task = spawn(function* () {
    currentTask()!.cancel("by itself");
    return yield* wait(new Pass(course));
  });
  yield* turns(2);
  yield* raises(task, CancelledError, "by itself");
  assertEquals(course.log, ["begins", "gives up: CancelledError: by itself"]);
});

testForms(
  "PrimitiveCoroutine that cancels its task as it ends is heard at the next wait",
  function* (test) {
    const { loop, wait, spawn, turns, raises } = test;
    const course = new Course(loop.createFuture<string>());
    const later = loop.createFuture<string>();
    let outcome: string | undefined;
    course.last = () => {
      currentTask()!.cancel("at the end");
      return "through";
    };
    const task = spawn(function* () {
      outcome = yield* wait(new Pass(course));
      return yield* wait(later);
    });
    yield* turns(2);
    course.futures[0]!.setResult("one");
    yield* raises(task, CancelledError, "at the end");
    assertEquals(outcome, "through");
    assert(later.cancelled());
  },
);

testForms(
  "PrimitiveCoroutine fails with what it waits for, or what its steps throw",
  function* (test) {
    const { loop, wait, spawn, turns, raises } = test;
    const course = new Course(loop.createFuture<string>());
    const task = spawn(() => wait(new Pass(course)));
    yield* turns(2);
    course.futures[0]!.setException(new RangeError("far"));
    yield* raises(task, RangeError, "far");
    assertEquals(course.log, ["begins", "gives up: RangeError: far"]);
    const other = new Course();
    other.last = () => {
      throw new RangeError("at the end");
    };
    yield* raises(spawn(() => wait(new Pass(other))), RangeError, "at the end");
  },
);

testForms("PrimitiveCoroutine is used once", function* ({ loop, wait, spawn, turns, raises }) {
  const course = new Course(loop.createFuture<string>());
  const coro = new Pass(course);
  assert(!isClaimed(coro));
  const task = spawn(() => wait(coro));
  yield* turns(2);
  assert(isClaimed(coro));
  yield* raises(spawn(() => wait(coro)), RuntimeError, "coroutine is being awaited already");
  course.futures[0]!.setResult("one");
  assertEquals(yield* wait(task), "through");
  yield* raises(spawn(() => wait(coro)), RuntimeError, "cannot reuse already awaited coroutine");
  assertThrows(() => coro.next(), RuntimeError, "cannot reuse already awaited coroutine");
});

testForms("PrimitiveCoroutine can be run by a task of its own", function* ({ loop, wait, turns }) {
  const course = new Course(loop.createFuture<string>());
  const task = loop.createTask(new Pass(course));
  assertMatch(String(task), /coro=<pass\(\)>/);
  yield* turns(2);
  course.futures[0]!.setResult("one");
  assertEquals(yield* wait(task), "through");
});

Deno.test("PrimitiveCoroutine.then() by hand gives a promise, whatever it is given", async () => {
  using loop = newEventLoop();
  const results = await loop.runUntilComplete(async () => {
    const one = new Course(loop.createFuture<string>());
    // Two functions of one parameter each, as those of the engine are.
    const promise = new Pass(one).then((value) => `${value}!`, (error) => String(error));
    assertStrictEquals(Object.getPrototypeOf(promise), Promise.prototype);
    loop.callSoon(() => one.futures[0]!.setResult("one"));
    return [await promise, await new Pass(new Course()).then()];
  });
  assertEquals(results, ["through!", "through"]);
});

Deno.test("PrimitiveCoroutine that is closed gives up what it waits for, without an error", () => {
  const course = new Course();
  const coro = new Pass(course);
  coro.return("closed");
  assertEquals(course.log, []);
  assertThrows(() => coro.next(), RuntimeError, "cannot reuse already awaited coroutine");
});

Deno.test("PrimitiveCoroutine driven by hand tells what it waits for", () => {
  using loop = newEventLoop();
  const course = new Course(loop.createFuture<string>());
  const coro = new Pass(course);
  assertEquals(coro.next(), { done: false, value: course.futures[0] });
  assertThrows(() => coro.next(), RuntimeError, "await wasn't used with future");
  assertEquals(course.log, ["begins", "gives up: RuntimeError: await wasn't used with future"]);
  const other = new Pass(new Course(loop.createFuture<string>()));
  other.next();
  assertEquals(other.return("closed"), { done: true, value: "closed" });
});
