// Copyright 2026 the asyncio authors. MIT license.

/**
 * Who only watches leaves, who guards waits: what a context manager does while its body, or a function
 * within it, awaits a promise of the host's, which no cancellation can interrupt.
 */

import {
  type AsyncContextManager,
  asyncWith,
  BoundedSemaphore,
  CancelledError,
  Condition,
  type Coroutine,
  coroutine,
  createTask,
  currentTask,
  fromPromise,
  gather,
  Lock,
  run,
  Semaphore,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { host } from "../../coroutines/_native.ts";
import { asyncForm, forms, type FormTest, testForms } from "../../_run_test.ts";

/** A manager of a user's own. */
class Own implements AsyncContextManager<Own> {
  isHeld = false;
  readonly order: string[] = [];

  async aenter(): Promise<this> {
    await sleep(0);
    this.isHeld = true;
    return this;
  }

  async aexit(error?: unknown): Promise<void> {
    await sleep(0);
    this.order.push(`exit ${(error as Error | undefined)?.name}`);
    this.isHeld = false;
  }
}

interface Held {
  readonly cm: AsyncContextManager<unknown>;
  isHeld(): boolean;
}

function semaphore(cm: Semaphore): Held {
  return { cm, isHeld: () => cm.locked() };
}

/** Everything that `asyncWith()` enters and that guards what is within. */
const guards: Record<string, () => Held> = {
  Lock: () => {
    const cm = new Lock();
    return { cm, isHeld: () => cm.locked() };
  },
  Semaphore: () => semaphore(new Semaphore(1)),
  BoundedSemaphore: () => semaphore(new BoundedSemaphore(1)),
  Condition: () => {
    const cm = new Condition();
    return { cm, isHeld: () => cm.locked() };
  },
  "a manager of one's own": () => {
    const cm = new Own();
    return { cm, isHeld: () => cm.isHeld };
  },
  TaskGroup: () => {
    const cm = new TaskGroup();
    let isHeld = false;
    return {
      cm: {
        aenter: () => {
          isHeld = true;
          return cm.aenter();
        },
        *aexit(error: unknown): Coroutine<void> {
          try {
            yield* cm.aexit(error) as Coroutine<void>;
          } finally {
            isHeld = false;
          }
        },
      },
      isHeld: () => isHeld,
    };
  },
};

/** Lets loop and host do whatever they can do by themselves. */
function* settle({ until, turns }: FormTest): Coroutine<void> {
  yield* turns(3);
  yield* until(host());
  yield* turns(3);
}

for (const [name, make] of Object.entries(guards)) {
  testForms(`asyncWith() of ${name} is not left before a cancelled body ends`, function* (test) {
    const { spawn, wait, raises } = test;
    const { cm, isHeld } = make();
    const gate = Promise.withResolvers<void>();
    let ended = false;
    const task = spawn(function* () {
      yield* wait(asyncWith(cm, async () => {
        await gate.promise;
        assert(isHeld());
        ended = true;
      }));
    });
    yield* settle(test);
    task.cancel();
    yield* settle(test);
    assert(isHeld());
    assertFalse(task.done());
    gate.resolve();
    yield* raises(task, CancelledError);
    assert(ended);
    assertFalse(isHeld());
  });

  testForms(`asyncWith() of ${name} waits for a function that was left behind`, function* (test) {
    const { fn, spawn, wait, raises } = test;
    const { cm, isHeld } = make();
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const task = spawn(function* () {
      const body = fn(function* () {
        yield* raises(waitFor(async () => await gate.promise, 1), TimeoutError);
        order.push("left behind");
      });
      yield* wait(asyncWith(cm, body));
      order.push("left");
    });
    yield* wait(sleep(2));
    yield* settle(test);
    assertEquals(order, ["left behind"]);
    assert(isHeld());
    gate.resolve();
    yield* wait(task);
    assertEquals(order, ["left behind", "left"]);
    assertFalse(isHeld());
  });
}

testForms("asyncWith() of one lock keeps critical sections apart", function* (test) {
  const { spawn, wait, raises } = test;
  const lock = new Lock();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const order: string[] = [];
  const tasks = ["a", "b"].map((name, i) =>
    spawn(function* () {
      yield* wait(asyncWith(lock, async () => {
        order.push(`${name} in`);
        await gates[i]!.promise;
        order.push(`${name} writes`);
      }));
    })
  );
  yield* settle(test);
  tasks[0]!.cancel();
  yield* settle(test);
  gates[1].resolve();
  gates[0].resolve();
  yield* raises(tasks[0]!, CancelledError);
  yield* wait(tasks[1]!);
  assertEquals(order, ["a in", "a writes", "b in", "b writes"]);
});

testForms(
  "asyncWith() of nested managers leaves them in their order, the body over",
  function* (test) {
    const { fn, spawn, wait, raises } = test;
    const outer = new Own();
    const inner = new Lock();
    const gate = Promise.withResolvers<void>();
    const task = spawn(function* () {
      const body = fn(function* () {
        yield* wait(asyncWith(inner, async () => await gate.promise));
      });
      yield* wait(asyncWith(outer, body));
    });
    yield* settle(test);
    task.cancel();
    yield* settle(test);
    assert(inner.locked());
    assert(outer.isHeld);
    gate.resolve();
    yield* raises(task, CancelledError);
    assertFalse(inner.locked());
    assertFalse(outer.isHeld);
    assertEquals(outer.order, ["exit CancelledError"]);
  },
);

testForms(
  "asyncWith() of an outer manager waits for who was left behind by an inner",
  function* (test) {
    const { fn, spawn, wait, raises } = test;
    const lock = new Lock();
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const task = spawn(function* () {
      const body = fn(function* () {
        yield* raises(asyncWith(timeout(1), async () => await gate.promise), TimeoutError);
        order.push("timeout left");
      });
      yield* wait(asyncWith(lock, body));
      order.push("lock left");
    });
    yield* wait(sleep(2));
    yield* settle(test);
    assertEquals(order, ["timeout left"]);
    gate.resolve();
    yield* wait(task);
    assertEquals(order, ["timeout left", "lock left"]);
  },
);

testForms("timeout() around a guard is late by as much as the guard", function* (test) {
  const { fn, spawn, wait, raises, clock } = test;
  const lock = new Lock();
  const gate = Promise.withResolvers<void>();
  const task = spawn(function* () {
    const body = fn(function* () {
      yield* wait(asyncWith(lock, async () => await gate.promise));
    });
    yield* raises(asyncWith(timeout(1), body), TimeoutError);
  });
  yield* wait(sleep(5));
  yield* settle(test);
  assertFalse(task.done());
  assert(lock.locked());
  gate.resolve();
  yield* wait(task);
  assertEquals(clock.time(), 5);
});

testForms("asyncWith() that waits for its body is not left by cancelling again", function* (test) {
  const { spawn, wait, raises } = test;
  const lock = new Lock();
  const gate = Promise.withResolvers<void>();
  const task = spawn(function* () {
    yield* wait(asyncWith(lock, async () => await gate.promise));
  });
  yield* settle(test);
  for (let i = 0; i < 3; i++) {
    task.cancel(`${i}`);
    yield* settle(test);
    assert(lock.locked());
  }
  gate.resolve();
  yield* raises(task, CancelledError);
  assertFalse(lock.locked());
});

testForms(
  "asyncWith() that waits for who was left behind is not left by cancelling",
  function* (test) {
    const { fn, spawn, wait, raises } = test;
    const lock = new Lock();
    const gate = Promise.withResolvers<void>();
    const task = spawn(function* () {
      const body = fn(function* () {
        yield* raises(waitFor(async () => await gate.promise, 1), TimeoutError);
      });
      yield* wait(asyncWith(lock, body));
    });
    yield* wait(sleep(2));
    yield* settle(test);
    for (let i = 0; i < 3; i++) {
      task.cancel(`${i}`);
      yield* settle(test);
      assert(lock.locked());
    }
    gate.resolve();
    assertEquals((yield* raises(task, CancelledError)).message, "2");
    assertFalse(lock.locked());
  },
);

testForms("asyncWith() forgets a cancellation that is taken back while it waits", function* (test) {
  const { fn, spawn, wait, raises } = test;
  for (const isLeftBehind of [false, true]) {
    const lock = new Lock();
    const gate = Promise.withResolvers<string>();
    const task = spawn(function* () {
      const inner = async () => await gate.promise;
      const body = fn(function* () {
        if (isLeftBehind) yield* raises(waitFor(inner, 1), TimeoutError);
        else yield* wait(fromCall(inner));
        return "body";
      });
      return yield* wait(asyncWith(lock, body));
    });
    yield* wait(sleep(2));
    yield* settle(test);
    task.cancel();
    yield* settle(test);
    assertEquals(task.uncancel(), 0);
    gate.resolve("value");
    assertEquals(yield* wait(task), "body");
    assertFalse(lock.locked());
  }
});

/** An async function as a coroutine. */
function fromCall<T>(fn: () => Promise<T>) {
  return coroutine(fn)();
}

testForms("asyncWith() leaves at once where its body can be interrupted", function* (test) {
  const { fn, spawn, wait, raises, until } = test;
  const never = new Promise<void>(() => {});
  const waits = [() => until(never), () => wait(sleep(100)), () => wait(fromPromise(never))];
  for (const body of waits) {
    const lock = new Lock();
    const task = spawn(() => wait(asyncWith(lock, fn(body))));
    yield* settle(test);
    task.cancel();
    yield* raises(task, CancelledError);
    assertFalse(lock.locked());
  }
});

testForms(
  "asyncWith() reports the error of a function that was left behind, and exits well",
  function* (test) {
    const { fn, wait, raises, reported } = test;
    const own = new Own();
    const error = new Error("too late");
    const gate = Promise.withResolvers<void>();
    const body = fn(function* () {
      yield* raises(waitFor(async () => await gate.promise, 1), TimeoutError);
      gate.reject(error);
    });
    yield* wait(asyncWith(own, body));
    assertEquals(own.order, ["exit undefined"]);
    assertStrictEquals(reported.splice(0)[0]?.exception, error);
  },
);

testForms(
  "asyncWith() exits with the error of a body that fails after its cancellation",
  function* (test) {
    const { spawn, wait, raises } = test;
    const own = new Own();
    const gate = Promise.withResolvers<void>();
    const task = spawn(function* () {
      yield* wait(asyncWith(own, async () => await gate.promise));
    });
    yield* settle(test);
    task.cancel();
    yield* settle(test);
    gate.reject(new RangeError("of the body"));
    yield* raises(task, RangeError);
    assertEquals(own.order, ["exit RangeError"]);
  },
);

testForms("asyncWith() waits for tasks' functions only where they are its own", function* (test) {
  // A task that is created in the body is not a part of it: cancelling it leaves its function behind.
  const { fn, wait, raises } = test;
  const lock = new Lock();
  const gate = Promise.withResolvers<void>();
  let other!: Task<void>;
  const body = fn(function* () {
    other = createTask(async () => await gate.promise);
    yield* settle(test);
    other.cancel();
    yield* raises(other, CancelledError);
    gate.resolve();
  });
  yield* wait(asyncWith(lock, body));
  assert(other.cancelled());
});

testForms(
  "asyncWith() waits for the function of a task that it created and cancelled",
  function* (test) {
    const { fn, spawn, wait, raises } = test;
    const lock = new Lock();
    const gate = Promise.withResolvers<void>();
    const task = spawn(function* () {
      const body = fn(function* () {
        const child = createTask(async () => await gate.promise);
        yield* settle(test);
        child.cancel();
        yield* raises(child, CancelledError);
      });
      yield* wait(asyncWith(lock, body));
    });
    yield* settle(test);
    yield* settle(test);
    assert(lock.locked());
    gate.resolve();
    yield* wait(task);
    assertFalse(lock.locked());
  },
);

// A watcher is told at once, and whoever guards it waits.

/** What waits for a task or a function, and only watches it. */
const watchers: Record<string, (test: FormTest, fn: () => Promise<void>) => Coroutine<unknown>> = {
  "the awaiting task": ({ wait }, fn) => wait(createTask(fn)),
  "waitFor()": ({ wait }, fn) => wait(waitFor(fn, 100)),
  "timeout()": ({ wait }, fn) => wait(asyncWith(timeout(100), fn)),
  "gather()": ({ wait }, fn) => wait(gather(fn)),
  "gather() of two": ({ wait }, fn) => wait(gather(fn, sleep(100))),
  "a plain call": ({ wait }, fn) => wait(fromCall(fn)),
  "wait()": ({ wait: waitIn }, fn) => {
    const task = createTask(fn);
    return waitIn(
      wait([task]).then(() => {}, (error) => {
        task.cancel();
        throw error;
      }),
    );
  },
  "shield()": ({ wait }, fn) => wait(shield(fn)),
};

for (const [name, watch] of Object.entries(watchers)) {
  if (name === "wait()" || name === "shield()") continue; // Below: they do not cancel what they wait for.
  testForms(`${name} leaves at once when a function cannot be interrupted`, function* (test) {
    const { spawn, raises } = test;
    const gate = Promise.withResolvers<void>();
    let signal: AbortSignal | null = null;
    const task = spawn(() =>
      watch(test, async () => {
        signal = currentTask()!.signal;
        await gate.promise;
      })
    );
    yield* settle(test);
    task.cancel("now");
    yield* raises(task, CancelledError);
    assert(signal!.aborted);
    gate.resolve();
    yield* settle(test);
  });
}

for (const shielding of [false, true]) {
  testForms(
    `${shielding ? "shield()" : "wait()"} that is cancelled leaves the function alone`,
    function* (test) {
      const { spawn, wait: waitIn, raises } = test;
      const gate = Promise.withResolvers<void>();
      let inner!: Task<string>;
      const task = spawn(function* () {
        inner = createTask(async () => {
          await gate.promise;
          return "went on";
        });
        yield* waitIn<unknown>(shielding ? shield(inner) : wait([inner]));
      });
      yield* settle(test);
      task.cancel();
      yield* raises(task, CancelledError);
      assertFalse(inner.done());
      gate.resolve();
      assertEquals(yield* waitIn(inner), "went on");
    },
  );
}

testForms("waitFor() and timeout() that are up leave at once", function* (test) {
  const { raises, clock } = test;
  const gate = Promise.withResolvers<void>();
  let count = 0;
  const stuck = async () => {
    await gate.promise;
    count++;
  };
  yield* raises(waitFor(stuck, 1), TimeoutError);
  assertEquals(clock.time(), 1);
  yield* raises(asyncWith(timeout(1), stuck), TimeoutError);
  assertEquals(clock.time(), 2);
  gate.resolve();
  yield* settle(test);
  assertEquals(count, 2);
});

testForms("asyncWith() in an async generator guards, too", function* (test) {
  const { spawn, raises } = test;
  const lock = new Lock();
  const gate = Promise.withResolvers<void>();
  async function* lines() {
    yield 1;
    await asyncWith(lock, async () => await gate.promise);
    yield 2;
  }
  const seen: number[] = [];
  const task = spawn(() =>
    test.wait(fromCall(async () => {
      for await (const line of lines()) seen.push(line);
    }))
  );
  yield* settle(test);
  task.cancel();
  yield* settle(test);
  assert(lock.locked());
  gate.resolve();
  yield* raises(task, CancelledError);
  assertFalse(lock.locked());
  assertEquals(seen, [1]);
}, [asyncForm]);

testForms(
  "asyncWith() that is cancelled while it enters exits what it has entered",
  function* (test) {
    const { fn, spawn, wait, raises } = test;
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const cm = {
      async aenter() {
        await gate.promise;
        order.push("entered");
      },
      async aexit(error?: unknown) {
        await sleep(0);
        order.push(`exited ${(error as Error | undefined)?.name}`);
      },
    };
    const task = spawn(function* () {
      const body = fn(function* () {
        order.push("body");
        yield* wait(sleep(1));
        order.push("not interrupted");
      });
      yield* wait(asyncWith(cm, body));
    });
    yield* settle(test);
    task.cancel();
    yield* settle(test);
    assertFalse(task.done());
    gate.resolve();
    yield* raises(task, CancelledError);
    assertEquals(order, ["entered", "body", "exited CancelledError"]);
  },
);

testForms("asyncWith() that is cancelled while it exits has exited", function* (test) {
  const { fn, spawn, wait, raises } = test;
  const gate = Promise.withResolvers<void>();
  const outer = new Own();
  let isExited = false;
  const cm = {
    async aenter() {},
    async aexit() {
      await gate.promise;
      isExited = true;
    },
  };
  const task = spawn(function* () {
    const body = fn(function* () {
      yield* wait(asyncWith(cm, async () => {}));
    });
    yield* wait(asyncWith(outer, body));
  });
  yield* settle(test);
  task.cancel();
  yield* settle(test);
  assert(outer.isHeld);
  gate.resolve();
  yield* raises(task, CancelledError);
  assert(isExited);
  assertEquals(outer.order, ["exit CancelledError"]);
});

testForms(
  "asyncWith() holds what an abandoned function relies on, whatever that does",
  function* (test) {
    const { fn, wait, raises } = test;
    const gate = Promise.withResolvers<void>();
    const [lock, other] = [new Lock(), new Lock()];
    const order: string[] = [];
    const abandoned = async () => {
      await gate.promise;
      await sleep(0).then(() => {}, (error) => order.push((error as Error).name));
      const child = createTask(async () => {
        await sleep(1);
        order.push(`child, locked ${lock.locked()}`);
      });
      await asyncWith(other, async () => {
        await child;
        order.push(`locked ${lock.locked()} ${other.locked()}`);
      });
      throw new RangeError("at last");
    };
    const body = fn(function* () {
      yield* raises(waitFor(abandoned, 1), TimeoutError);
      gate.resolve();
    });
    yield* wait(asyncWith(lock, body));
    assertEquals(order, ["CancelledError", "child, locked true", "locked true true"]);
    assertFalse(lock.locked());
    assertFalse(other.locked());
    assertEquals((test.reported.splice(0)[0]?.exception as Error).message, "at last");
  },
);

for (const { name, fn, wait: waitIn } of forms) {
  Deno.test(`run() waits for guards when it ends, and lets the others go (${name})`, async () => {
    const [held, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const order: string[] = [];
    const lock = new Lock();
    const main = fn(function* () {
      createTask(async () => {
        await asyncWith(lock, async () => {
          await held.promise;
          order.push(`locked ${lock.locked()}`);
        });
      });
      createTask(async () => {
        await free.promise;
        order.push("left behind");
      });
      yield* waitIn(sleep(0));
      order.push("main");
      setTimeout(held.resolve, 1);
    });
    await run(main);
    order.push("run");
    free.resolve();
    await host();
    assertEquals(order, ["main", "locked true", "run", "left behind"]);
  });
}
