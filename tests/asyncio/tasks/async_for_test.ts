// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import { asyncFor, CancelledError, type Coroutine, Queue, sleep } from "@asyncio/asyncio";
import { assertEquals } from "@std/assert";
import { type FormTest, testForms } from "../../_run_test.ts";

/** An async generator of three numbers that notes its end, which takes a while. */
async function* numbers(order: unknown[]): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= 3; n++) {
      await sleep(1);
      yield n;
    }
  } finally {
    await sleep(1);
    order.push("closed");
  }
}

/** A body that notes the items, and gives what `answer` does. */
function noting(
  { fn, wait }: FormTest,
  order: unknown[],
  answer: (item: unknown) => unknown = () => undefined,
): (item: unknown) => Coroutine<unknown> | Promise<unknown> {
  return fn(function* (item: unknown): Coroutine<unknown> {
    yield* wait(sleep(0));
    order.push(item);
    return answer(item);
  });
}

// CPython: test_coroutines.py, CoroutineTest.test_for_1, for this one and those below
testForms("asyncFor() goes through an asynchronous iterable", function* (test) {
  const order: unknown[] = [];
  assertEquals(yield* test.wait(asyncFor(numbers(order), noting(test, order))), undefined);
  assertEquals(order, [1, 2, 3, "closed"]);
});

testForms(
  "asyncFor() goes through arrays, plain generators and what they promise",
  function* (test) {
    const order: unknown[] = [];
    function* plain() {
      yield 3;
      yield Promise.resolve(4);
    }
    yield* test.wait(asyncFor([1, Promise.resolve(2)], noting(test, order)));
    yield* test.wait(asyncFor(plain(), noting(test, order)));
    yield* test.wait(asyncFor("56", noting(test, order)));
    yield* test.wait(asyncFor(new Map([[7, 8]]), noting(test, order)));
    assertEquals(order, [1, 2, 3, 4, "5", "6", [7, 8]]);
  },
);

testForms(
  "asyncFor() of a body that returns BREAK ends, and waits for the iterator",
  function* (test) {
    const order: unknown[] = [];
    const body = noting(test, order, (item) => item === 2 ? asyncFor.BREAK : undefined);
    yield* test.wait(asyncFor(numbers(order), body));
    assertEquals(order, [1, 2, "closed"]);
  },
);

testForms("asyncFor() closes a plain iterator that is left by BREAK, too", function* (test) {
  const order: unknown[] = [];
  function* plain() {
    try {
      yield 1;
      yield 2;
    } finally {
      order.push("closed");
    }
  }
  yield* test.wait(asyncFor(plain(), noting(test, order, () => asyncFor.BREAK)));
  assertEquals(order, [1, "closed"]);
});

testForms("asyncFor() goes on whatever else the body returns", function* (test) {
  for (const answer of [true, false, null, 0, "asyncFor.BREAK", Symbol("asyncFor.BREAK")]) {
    const order: unknown[] = [];
    yield* test.wait(asyncFor([1, 2], noting(test, order, () => answer)));
    assertEquals(order, [1, 2]);
  }
});

testForms("asyncFor() passes on the error of its body, the iterator closed", function* (test) {
  const order: unknown[] = [];
  const body = noting(test, order, () => {
    throw new RangeError("boom");
  });
  yield* test.raises(asyncFor(numbers(order), body), RangeError, "boom");
  assertEquals(order, [1, "closed"]);
});

testForms(
  "asyncFor() passes on the error of its iterator, which it leaves alone",
  function* (test) {
    const order: unknown[] = [];
    const failing = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new RangeError("boom")),
        return: () => {
          order.push("closed");
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    yield* test.raises(asyncFor(failing, noting(test, order)), RangeError, "boom");
    assertEquals(order, []);
  },
);

testForms("asyncFor() that is cancelled in its body closes the iterator", function* (test) {
  const order: unknown[] = [];
  const body = test.fn(function* (item: number) {
    order.push(item);
    yield* test.wait(sleep(100));
  });
  const task = test.spawn(() => test.wait(asyncFor(numbers(order), body)));
  yield* test.wait(sleep(2));
  task.cancel();
  yield* test.raises(task, CancelledError);
  assertEquals(order, [1, "closed"]);
});

testForms("asyncFor() that is cancelled in its iterator ends there", function* (test) {
  const order: unknown[] = [];
  const task = test.spawn(() => test.wait(asyncFor(numbers(order), noting(test, order))));
  yield* test.wait(sleep(0.5));
  task.cancel();
  yield* test.raises(task, CancelledError);
  assertEquals(order, ["closed"]);
});

testForms("asyncFor() calls its body with a this", function* ({ wait }) {
  class Sum {
    total = 0;

    add(all: Iterable<number>): Coroutine<void> {
      return asyncFor(all, function* (n) {
        yield* sleep(0);
        this.total += n;
      }, this);
    }

    addAsync(all: Iterable<number>): PromiseLike<void> {
      return asyncFor(all, async function (n) {
        await sleep(0);
        this.total += n;
      }, this);
    }
  }
  const sum = new Sum();
  yield* wait(sum.add([1, 2]));
  yield* wait(sum.addAsync([3, 4]));
  assertEquals(sum.total, 10);
});

testForms("asyncFor() nests", function* (test) {
  const order: unknown[] = [];
  const outer = test.fn(function* (a: string) {
    const inner = test.fn(function* (b: string) {
      order.push(a + b);
      return asyncFor.BREAK;
    });
    yield* test.wait(asyncFor("xy", inner));
  });
  yield* test.wait(asyncFor("ab", outer));
  assertEquals(order, ["ax", "bx"]);
});

testForms("asyncFor() refuses what cannot be iterated", function* (test) {
  for (const bad of [1, {}, null, undefined]) {
    yield* test.raises(
      asyncFor(bad as never, noting(test, [])),
      TypeError,
      "needs an iterable, got",
    );
  }
});

testForms("asyncFor() goes through a queue's items as they come", function* (test) {
  const queue = new Queue<number>();
  const order: unknown[] = [];
  async function* items() {
    for (;;) yield await queue.get();
  }
  const body = noting(test, order, (item) => item === 3 ? asyncFor.BREAK : undefined);
  const task = test.spawn(() => test.wait(asyncFor(items(), body)));
  for (const n of [1, 2, 3]) {
    queue.putNowait(n);
    yield* test.wait(sleep(1));
  }
  yield* test.wait(task);
  assertEquals(order, [1, 2, 3]);
});
