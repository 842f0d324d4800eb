// Copyright 2026 the asyncio authors. MIT license.

/** What all classes of queues have in common: `join()` and `shutdown()`. */

import {
  createTask,
  LifoQueue,
  PriorityQueue,
  Queue,
  QueueShutDown,
  ValueError,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { type FormTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";

for (const QueueClass of [Queue, LifoQueue, PriorityQueue]) {
  const name = QueueClass.name;

  /** Nothing can be put any more, and nothing got. */
  const assertShutDown = function* (queue: Queue<string>, { wait }: FormTest) {
    const error = yield* caught(QueueShutDown, wait(queue.put("data")));
    assertEquals(error.name, "QueueShutDown");
    assertThrows(() => queue.putNowait("data"), QueueShutDown);
    yield* caught(QueueShutDown, wait(queue.get()));
    assertThrows(() => queue.getNowait(), QueueShutDown);
  };

  const assertAllDone = (queue: Queue<string>) =>
    assertThrows(() => queue.taskDone(), ValueError, "taskDone() called too many times");

  // CPython: test_queues.py, _QueueJoinTestMixin.test_task_done_underflow
  Deno.test(`${name}.taskDone() throws when called too often`, () => {
    assertAllDone(new QueueClass<string>());
  });

  // CPython: test_queues.py, _QueueJoinTestMixin.test_task_done
  testForms(`${name}.join() waits until all items are dealt with`, function* (test) {
    const { wait, spawn } = test;
    const queue = new QueueClass<number>();
    for (let i = 0; i < 100; i++) queue.putNowait(i);
    let sum = 0;
    let running = true;
    const workers = [1, 2].map(() =>
      spawn(function* () {
        while (running) {
          const item = yield* wait(queue.get());
          sum += item;
          queue.taskDone();
        }
      })
    );
    yield* wait(queue.join());
    assertEquals(sum, 4950);

    running = false;
    for (const _ of workers) queue.putNowait(0);
    for (const worker of workers) yield* wait(worker);
  });

  // CPython: test_queues.py, _QueueJoinTestMixin.test_join_empty_queue
  testForms(`${name}.join() does not wait when nothing was put`, function* ({ wait }) {
    const queue = new QueueClass<number>();
    yield* wait(queue.join());
    yield* wait(queue.join());
    assertEquals(queue.join().next(), { done: true, value: undefined });
  });

  // CPython: test_queues.py, _QueueJoinTestMixin.test_format, _QueueShutdownTestMixin.test_format
  Deno.test(`${name} shows what is to be dealt with and that it is shut down`, () => {
    const queue = new QueueClass<number>();
    assertEquals(String(queue), `<${name} maxsize=0>`);
    for (const item of [1, 2]) queue.putNowait(item);
    for (let i = 0; i < 2; i++) queue.getNowait();
    assertEquals(String(queue), `<${name} maxsize=0 tasks=2>`);
    queue.shutdown();
    assertEquals(String(queue), `<${name} maxsize=0 tasks=2 shutdown>`);
    queue.shutdown();
    assertEquals(String(new QueueClass<number>(3)), `<${name} maxsize=3>`);
  });

  // CPython: test_queues.py, _QueueShutdownTestMixin.test_shutdown_empty
  testForms(`${name}.shutdown() wakes those who wait to get`, function* (test) {
    const { wait, turns } = test;
    const queue = new QueueClass<string>();
    const getters = [1, 2].map(() => createTask(queue.get()));
    yield* turns(1);
    queue.shutdown();
    assertEquals(queue.qsize(), 0);
    yield* wait(queue.join());
    for (const getter of getters) yield* caught(QueueShutDown, wait(getter));
    yield* assertShutDown(queue, test);
  });

  // CPython: test_queues.py, _QueueShutdownTestMixin.test_shutdown_nonempty
  testForms(`${name}.shutdown() wakes those who wait to put, and keeps the items`, function* (
    test,
  ) {
    const { wait, turns } = test;
    const queue = new QueueClass<string>(1);
    queue.putNowait("data");
    const join = createTask(queue.join());
    const putters = ["data2", "data3"].map((item) => createTask(queue.put(item)));
    yield* turns(1);
    for (const putter of putters) assertFalse(putter.done());

    queue.shutdown(false);
    assertEquals(queue.qsize(), 1);
    for (const putter of putters) yield* caught(QueueShutDown, wait(putter));
    assertEquals(yield* wait(queue.get()), "data");
    yield* turns(1);
    assertFalse(join.done());
    yield* assertShutDown(queue, test);

    queue.taskDone();
    yield* wait(join);
    assertAllDone(queue);
  });

  // CPython: test_queues.py, _QueueShutdownTestMixin.test_shutdown_immediate
  testForms(`${name}.shutdown(true) throws the items away`, function* (test) {
    const { wait } = test;
    const queue = new QueueClass<string>();
    queue.putNowait("data");
    const join = createTask(queue.join());
    queue.shutdown(true);
    assertEquals(queue.qsize(), 0);
    yield* test.turns(1);
    assert(join.done());
    yield* wait(join);
    yield* assertShutDown(queue, test);
    assertAllDone(queue);
  });

  // CPython: test_queues.py, _QueueShutdownTestMixin.test_shutdown_immediate_with_unfinished
  testForms(`${name}.shutdown(true) leaves what was got to be dealt with`, function* (test) {
    const { wait, turns } = test;
    const queue = new QueueClass<string>();
    queue.putNowait("data");
    queue.putNowait("data");
    const join = createTask(queue.join());
    assertEquals(yield* wait(queue.get()), "data");
    queue.shutdown(true);
    assertEquals(queue.qsize(), 0);
    yield* turns(1);
    assertFalse(join.done());
    yield* assertShutDown(queue, test);

    queue.taskDone();
    assertAllDone(queue);
    yield* wait(join);
  });
}
