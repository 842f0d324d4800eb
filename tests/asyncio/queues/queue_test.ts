// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  CancelledError,
  createTask,
  Event,
  Queue,
  QueueEmpty,
  QueueFull,
  sleep,
  TaskGroup,
  TimeoutError,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { refusalOfSecondLoop } from "../sync/_two_loops.ts";

// CPython: test_queues.py, QueueBasicTests.test_repr, test_str
testForms("Queue shows its items and how many wait", function* ({ wait, turns }) {
  const unbounded = new Queue<number>();
  assertEquals(String(unbounded), "<Queue maxsize=0>");
  const getter = createTask(unbounded.get());
  yield* turns(1);
  assertEquals(String(unbounded), "<Queue maxsize=0 _getters[1]>");
  unbounded.putNowait(0);
  assertEquals(String(unbounded), "<Queue maxsize=0 _queue=[0] tasks=1>");
  assertEquals(yield* wait(getter), 0);

  const bounded = new Queue<unknown>(1);
  bounded.putNowait("a");
  const putter = createTask(bounded.put([2, null]));
  yield* turns(1);
  assertEquals(String(bounded), "<Queue maxsize=1 _queue=['a'] _putters[1] tasks=1>");
  bounded.getNowait();
  yield* wait(putter);
  bounded.shutdown();
  assertEquals(String(bounded), "<Queue maxsize=1 _queue=[[2, None]] tasks=2 shutdown>");
  assertEquals(Deno.inspect(bounded), String(bounded));
});

// CPython: test_queues.py, QueueBasicTests.test_empty
testForms("Queue.empty() tells whether there is no item", function* ({ wait }) {
  const queue = new Queue<number>();
  assert(queue.empty());
  yield* wait(queue.put(1));
  assertFalse(queue.empty());
  assertEquals(yield* wait(queue.get()), 1);
  assert(queue.empty());
});

// CPython: test_queues.py, QueueBasicTests.test_full
testForms("Queue.full() tells whether there is no room", function* ({ wait }) {
  assertFalse(new Queue().full());
  assertFalse(new Queue(-1).full());
  const queue = new Queue<number>(1);
  assertFalse(queue.full());
  yield* wait(queue.put(1));
  assert(queue.full());
});

// CPython: test_queues.py, QueueBasicTests.test_order
testForms("Queue hands items out in the order in which they came", function* ({ wait }) {
  const queue = new Queue<number>();
  for (const item of [1, 3, 2]) yield* wait(queue.put(item));
  assertEquals(queue.qsize(), 3);
  const items = [];
  for (let i = 0; i < 3; i++) items.push(yield* wait(queue.get()));
  assertEquals(items, [1, 3, 2]);
});

// CPython: test_queues.py, QueueBasicTests.test_maxsize
testForms("Queue.put() waits when maxsize items are there", function* (test) {
  const { wait, spawn, turns } = test;
  const queue = new Queue<number>(2);
  assertEquals(queue.maxsize, 2);
  const put: number[] = [];
  const task = spawn(function* () {
    for (let i = 0; i < 3; i++) {
      yield* wait(queue.put(i));
      put.push(i);
    }
  });
  yield* turns(2);
  assertEquals(put, [0, 1]);
  assertEquals(yield* wait(queue.get()), 0);
  yield* test.turns(1);
  assertEquals(put, [0, 1, 2]);
  assertEquals(yield* wait(queue.get()), 1);
  assertEquals(yield* wait(queue.get()), 2);
  yield* wait(task);
});

Deno.test("Queue() throws when maxsize is no number", () => {
  // @ts-expect-error: not a number
  assertThrows(() => new Queue({ maxsize: 2 }), TypeError, "maxsize must be a number");
});

// CPython: test_queues.py, QueueGetTests.test_blocking_get
Deno.test("Queue.get() takes no turn of the loop when there is an item", () => {
  const queue = new Queue<number>();
  queue.putNowait(1);
  assertEquals(queue.get().next(), { done: true, value: 1 });
});

Deno.test("Queue.get() and put() do nothing before they are driven", () => {
  const queue = new Queue<number>();
  // deno-lint-ignore asyncio/no-floating-coroutine
  queue.put(1);
  assert(queue.empty());
  queue.putNowait(2);
  // deno-lint-ignore asyncio/no-floating-coroutine
  queue.get();
  assertEquals(queue.qsize(), 1);
});

// CPython: test_queues.py, QueueGetTests.test_get_with_putters
testForms("Queue.get() wakes a task that waits to put", function* ({ wait, turns }) {
  const queue = new Queue<number>(1);
  yield* wait(queue.put(1));
  const putter = createTask(queue.put(2));
  yield* turns(1);
  assertFalse(putter.done());
  assertEquals(yield* wait(queue.get()), 1);
  assertStrictEquals(yield* wait(putter), undefined);
  assertEquals(queue.getNowait(), 2);
});

// CPython: test_queues.py, QueueGetTests.test_blocking_get_wait
testForms("Queue.get() waits for an item", function* ({ loop, clock, wait, spawn }) {
  const queue = new Queue<number>();
  const started = new Event();
  let finished = false;
  const task = spawn(function* () {
    started.set();
    const item = yield* wait(queue.get());
    finished = true;
    return item;
  });
  yield* wait(started.wait());
  assertFalse(finished);
  loop.callLater(0.01, () => queue.putNowait(1));
  assertEquals(yield* wait(task), 1);
  assert(finished);
  assertEquals(clock.time(), 0.01);
});

// CPython: test_queues.py, QueueGetTests.test_nonblocking_get, test_nonblocking_get_exception
Deno.test("Queue.getNowait() takes an item or throws", () => {
  const queue = new Queue<number>();
  queue.putNowait(1);
  assertEquals(queue.getNowait(), 1);
  const error = assertThrows(() => queue.getNowait(), QueueEmpty);
  assertEquals(error.name, "QueueEmpty");
});

// CPython: test_queues.py, QueueGetTests.test_get_cancelled_race
testForms("Queue.get() cancelled leaves the item to the next", function* (test) {
  const { wait, turns } = test;
  const queue = new Queue<string>();
  const t1 = createTask(queue.get());
  const t2 = createTask(queue.get());
  yield* turns(1);
  t1.cancel();
  yield* turns(1);
  assert(t1.done());
  yield* wait(queue.put("a"));
  assertEquals(yield* wait(t2), "a");
});

// CPython: test_queues.py, QueueGetTests.test_get_with_waiting_putters
testForms("Queue.get() gives what several wait to put", function* ({ wait }) {
  const queue = new Queue<string>(1);
  createTask(queue.put("a"));
  createTask(queue.put("b"));
  assertEquals(yield* wait(queue.get()), "a");
  assertEquals(yield* wait(queue.get()), "b");
});

// CPython: test_queues.py, QueueGetTests.test_why_are_getters_waiting
testForms("Queue of one hands all items from a producer to a consumer", function* (
  { fn, wait },
) {
  const queue = new Queue<number>(1);
  const got: number[] = [];
  yield* wait(asyncWith(
    new TaskGroup(),
    fn(function* (group: TaskGroup) {
      group.createTask(fn(function* () {
        for (let i = 0; i < 5; i++) yield* wait(queue.put(i));
      }));
      group.createTask(fn(function* () {
        for (let i = 0; i < 5; i++) got.push(yield* wait(queue.get()));
      }));
      yield* wait(sleep(0));
    }),
  ));
  assertEquals(got, [0, 1, 2, 3, 4]);
});

// CPython: test_queues.py, QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters
testForms("Queue.get() that has timed out no longer waits", function* ({ wait }) {
  const queue = new Queue<number>(5);
  yield* caught(TimeoutError, wait(waitFor(queue.get(), 0.1)));
  assertEquals(String(queue), "<Queue maxsize=5>");
});

// CPython: test_queues.py, QueuePutTests.test_blocking_put
Deno.test("Queue.put() takes no turn of the loop when there is room", () => {
  const queue = new Queue<number>();
  assertEquals(queue.put(1).next(), { done: true, value: undefined });
  assertEquals(queue.getNowait(), 1);
});

// CPython: test_queues.py, QueuePutTests.test_blocking_put_wait
testForms("Queue.put() waits for room", function* ({ loop, clock, wait, spawn }) {
  const queue = new Queue<number>(1);
  const started = new Event();
  let finished = false;
  loop.callLater(0.01, () => queue.getNowait());
  const task = spawn(function* () {
    started.set();
    yield* wait(queue.put(1));
    yield* wait(queue.put(2));
    finished = true;
  });
  yield* wait(started.wait());
  assertFalse(finished);
  yield* wait(task);
  assert(finished);
  assertEquals(clock.time(), 0.01);
});

// CPython: test_queues.py, QueuePutTests.test_get_cancel_drop_one_pending_reader
testForms("Queue.get() cancelled after being woken drops no item", function* ({ wait, turns }) {
  const queue = new Queue<number>();
  const reader = createTask(queue.get());
  yield* turns(1);
  queue.putNowait(1);
  queue.putNowait(2);
  reader.cancel();
  yield* caught(CancelledError, wait(reader));
  assertEquals(yield* wait(queue.get()), 1);
});

// CPython: test_queues.py, QueuePutTests.test_get_cancel_drop_many_pending_readers
testForms("Queue.get() cancelled after being woken wakes the next", function* ({ wait, turns }) {
  const queue = new Queue<number>();
  const [reader1, reader2, reader3] = [1, 2, 3].map(() => createTask(queue.get()));
  yield* turns(1);
  queue.putNowait(1);
  queue.putNowait(2);
  reader1!.cancel();
  yield* caught(CancelledError, wait(reader1!));
  const items = [yield* wait(reader2!), yield* wait(reader3!)];
  assertEquals(items.sort(), [1, 2]);
});

// CPython: test_queues.py, QueuePutTests.test_put_cancel_drop
testForms("Queue.put() cancelled after being woken puts nothing", function* ({ wait, turns }) {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  const writer = createTask(queue.put(2));
  yield* turns(1);
  assertEquals(queue.getNowait(), 1);
  writer.cancel();
  yield* caught(CancelledError, wait(writer));
  assert(queue.empty());
  yield* wait(queue.put(2));
  assertEquals(queue.getNowait(), 2);
  assertEquals(queue.qsize(), 0);
});

testForms("Queue.put() cancelled after being woken wakes the next", function* ({ wait, turns }) {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  const [writer1, writer2] = [2, 3].map((item) => createTask(queue.put(item)));
  yield* turns(1);
  assertEquals(queue.getNowait(), 1);
  writer1!.cancel();
  yield* caught(CancelledError, wait(writer1!));
  yield* wait(writer2!);
  assertEquals(queue.getNowait(), 3);
});

// CPython: test_queues.py, QueuePutTests.test_nonblocking_put, test_nonblocking_put_exception
Deno.test("Queue.putNowait() puts an item or throws", () => {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  const error = assertThrows(() => queue.putNowait(2), QueueFull);
  assertEquals(error.name, "QueueFull");
  assertEquals(queue.qsize(), 1);
});

// CPython: test_queues.py, QueuePutTests.test_float_maxsize
testForms("Queue rounds a fractional maxsize up", function* ({ wait }) {
  const queue = new Queue<number>(1.3);
  yield* wait(queue.put(1));
  queue.putNowait(2);
  assert(queue.full());
  assertThrows(() => queue.putNowait(3), QueueFull);
});

// CPython: test_queues.py, QueuePutTests.test_put_cancelled
testForms("Queue.get() waits for a task that is about to put", function* ({ wait, spawn }) {
  const queue = new Queue<number>();
  const task = spawn(function* () {
    yield* wait(queue.put(1));
    return true;
  });
  assertEquals(yield* wait(queue.get()), 1);
  assertEquals(yield* wait(task), true);
});

// CPython: test_queues.py, QueuePutTests.test_put_cancelled_race
testForms("Queue.put() cancelled is passed over", function* ({ wait, turns }) {
  const queue = new Queue<string>(1);
  const [a, b, c] = ["a", "b", "X"].map((item) => createTask(queue.put(item)));
  yield* turns(1);
  assert(a!.done());
  assertFalse(b!.done());

  c!.cancel();
  yield* turns(1);
  assert(c!.done());
  assertEquals(queue.getNowait(), "a");
  yield* turns(1);
  assertEquals(queue.getNowait(), "b");
  yield* wait(b!);
  yield* caught(CancelledError, wait(c!));
});

// CPython: test_queues.py, QueuePutTests.test_put_with_waiting_getters
testForms("Queue.put() gives its item to a task that waits", function* ({ wait, turns }) {
  const queue = new Queue<string>();
  const task = createTask(queue.get());
  yield* turns(1);
  yield* wait(queue.put("a"));
  assertEquals(yield* wait(task), "a");
});

// CPython: test_queues.py, QueuePutTests.test_why_are_putters_waiting
testForms("Queue.getNowait() wakes as many as it makes room for", function* (
  { wait, spawn, turns },
) {
  const queue = new Queue<number>(2);
  const getter = spawn(function* () {
    yield* turns(1);
    for (let left = queue.qsize(); left > 0; left--) queue.getNowait();
  });
  const putters = [0, 1, 2, 3].map((item) => createTask(queue.put(item)));
  for (const task of [getter, ...putters]) yield* wait(task);
  assertEquals([queue.getNowait(), queue.getNowait()], [2, 3]);
});

// CPython: test_queues.py, QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters
testForms("Queue.put() cancelled no longer waits", function* ({ wait, turns }) {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  const task = createTask(queue.put(1));
  yield* turns(1);
  assertEquals(String(queue), "<Queue maxsize=1 _queue=[1] _putters[1] tasks=1>");
  task.cancel();
  yield* caught(CancelledError, wait(task));
  assertEquals(String(queue), "<Queue maxsize=1 _queue=[1] tasks=1>");
});

// CPython: test_queues.py, QueuePutTests.test_cancelled_put_silence_value_error_exception
testForms("Queue.put() can be cancelled when it has left the line", function* ({ wait, turns }) {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  const task = createTask(queue.put(1));
  yield* turns(1);
  queue.getNowait();
  assertEquals(String(queue), "<Queue maxsize=1 tasks=1>");
  task.cancel();
  yield* caught(CancelledError, wait(task));
  assert(queue.empty());
});

testForms("Queue.put() passes over a task that has just been cancelled", function* (
  { wait, turns },
) {
  const queue = new Queue<number>();
  const [first, second] = [1, 2].map(() => createTask(queue.get()));
  yield* turns(1);
  first!.cancel();
  queue.putNowait(1);
  assertEquals(yield* wait(second!), 1);
  yield* caught(CancelledError, wait(first!));
});

testForms("Queue.get() cancelled before it is woken does not disturb the line", function* (
  { wait, turns },
) {
  const queue = new Queue<number>();
  const [g1, g2, g3, g4] = [1, 2, 3, 4].map(() => createTask(queue.get()));
  yield* turns(1);
  g2!.cancel();
  queue.putNowait(1);
  yield* caught(CancelledError, wait(g2!));
  assertEquals(yield* wait(g1!), 1);
  yield* turns(2);
  queue.putNowait(3);
  queue.putNowait(4);
  assertEquals([yield* wait(g3!), yield* wait(g4!)], [3, 4]);
});

testForms("Queue.get() cancelled when its item is gone does not disturb the line", function* (
  { wait, turns },
) {
  const queue = new Queue<number>();
  const [g1, g2, g3] = [1, 2, 3].map(() => createTask(queue.get()));
  yield* turns(1);
  queue.putNowait(1);
  assertEquals(queue.getNowait(), 1);
  g1!.cancel();
  yield* caught(CancelledError, wait(g1!));
  yield* turns(2);
  queue.putNowait(2);
  queue.putNowait(3);
  assertEquals([yield* wait(g2!), yield* wait(g3!)], [2, 3]);
});

testForms("Queue.get() that is closed no longer waits", function* ({ turns }) {
  const queue = new Queue<number>();
  const coro = queue.get();
  coro.next();
  assertEquals(String(queue), "<Queue maxsize=0 _getters[1]>");
  coro.return(0);
  yield* turns(1);
  assertEquals(String(queue), "<Queue maxsize=0>");
});

testForms("Queue.get() overtakes a task that was woken and has not gone on", function* (
  { wait, turns },
) {
  const queue = new Queue<number>();
  const late = createTask(queue.get());
  yield* turns(1);
  queue.putNowait(1);
  assertEquals(queue.getNowait(), 1);
  yield* turns(2);
  assertFalse(late.done());
  assertEquals(String(queue), "<Queue maxsize=0 _getters[1] tasks=1>");
  queue.putNowait(2);
  assertEquals(yield* wait(late), 2);
});

Deno.test("Queue is bound to the loop of the first task that waits at it", async () => {
  const queue = new Queue<number>();
  assertEquals(
    await refusalOfSecondLoop(() => queue.get()),
    "<Queue maxsize=0 _getters[1]> is bound to a different event loop",
  );
});

Deno.test("Queue can keep its items in another way", () => {
  class UniqueQueue<T> extends Queue<T> {
    readonly #items = new Set<T>();
    protected override storeItem(item: T) {
      this.#items.add(item);
    }
    protected override takeItem(): T {
      const [item] = this.#items;
      this.#items.delete(item!);
      return item!;
    }
    protected override storedItems() {
      return [...this.#items];
    }
    override qsize() {
      return this.#items.size;
    }
  }
  const queue = new UniqueQueue<string>(2);
  for (const item of ["a", "a", "b"]) queue.putNowait(item);
  assertThrows(() => queue.putNowait("a"), QueueFull);
  assertEquals(String(queue), "<UniqueQueue maxsize=2 _queue=['a', 'b'] tasks=3>");
  assertEquals([queue.getNowait(), queue.getNowait()], ["a", "b"]);
});

testForms("Queue hands over ten thousand items", function* ({ wait, spawn }) {
  const queue = new Queue<number>();
  const producer = spawn(function* () {
    for (let i = 0; i < 10_000; i++) {
      yield* wait(queue.put(i));
      if (i % 1000 === 0) yield* wait(sleep(0));
    }
  });
  for (let i = 0; i < 10_000; i++) assertEquals(yield* wait(queue.get()), i);
  yield* wait(producer);
  assert(queue.empty());
});
