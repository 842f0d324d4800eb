// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { assertFinds, fixed, lint } from "./_lint.ts";

const RULE = "no-floating-coroutine";

Deno.test("no-floating-coroutine finds a call of a coroutine function that is a statement", () => {
  assertFinds(
    RULE,
    `
    «sleep(1)»;
    «asyncio.waitFor(gather(), 1)»;
    «asyncWith(timeout(1), async () => {})»;
    «asyncio?.sleep(1)»;
    if (Math.random() > 1) «openConnection("localhost", 80)»;
  `,
  );
});

Deno.test("no-floating-coroutine finds calls of methods by what they are called on", () => {
  assertFinds(
    RULE,
    `
    const queue = new Queue<number>(), lock = new asyncio.Lock();
    «queue.put(1)»; «queue.get()»; «queue.join()»;
    «lock.acquire()»; «lock.guard()»; «new Event().wait()»;
    «new Condition().waitFor(() => true)»; «new Semaphore(1).acquire()»; «new Barrier(2).wait()»;
    queue.putNowait(1); queue.taskDone(); lock.release(); lock.locked();
  `,
  );
});

Deno.test("no-floating-coroutine leaves alone what is driven, handed on or kept", () => {
  assertFinds(
    RULE,
    `
    function* generator() {
      yield* sleep(1);
      const coro = sleep(1);
      yield* coro;
      return sleep(1);
    }
    async function asynchronous() {
      await sleep(1);
      await Promise.all([sleep(1), sleep(2)]);
      createTask(sleep(1));
      sleep(1).then(() => {});
      return sleep(1);
    }
    const arrow = () => sleep(1);
    const later = [sleep(1)];
    run(generator());
    gather(sleep(1));
  `,
  );
});

Deno.test("no-floating-coroutine takes no `void` for an excuse", () => {
  assertFinds(
    RULE,
    `
    void «sleep(1)»;
    const forget = () => void «sleep(1)»;
    void createTask(sleep(1));
    void 0;
  `,
  );
});

Deno.test("no-floating-coroutine finds each of the calls that a statement chooses from", () => {
  assertFinds(
    RULE,
    `
    const slow = Math.random() > 0.5, queue = new Queue<number>();
    slow && «sleep(1)»;
    slow ? «queue.put(1)» : «queue.get()»;
    slow ? queue.putNowait(1) : slow || «sleep(2)»;
  `,
  );
});

Deno.test("no-floating-coroutine finds calls of the file's own coroutine functions", () => {
  assertFinds(
    RULE,
    `
    const made = coroutine(function* () { yield* sleep(1); });
    const madeToo = asyncio.coroutine(async () => { await sleep(1); });
    function* annotated(): Coroutine<void> { yield* sleep(1); }
    function* plain() { yield* sleep(1); }
    const inline = function* () { yield* sleep(1); };
    const arrow = (seconds: number) => sleep(seconds);
    function declared(): CoroutineObject<void> { return sleep(1); }
    «made()»; «madeToo()»; «annotated()»; «plain()»; «inline()»; «arrow(1)»; «declared()»;

    function* numbers(): Generator<number> { yield 1; }
    async function* values() { yield 1; }
    async function main() { await sleep(1); }
    numbers(); values(); main();
  `,
  );
});

Deno.test("no-floating-coroutine says what is dropped, and what can be done there", () => {
  const [first, second, third] = lint(
    RULE,
    `
    const queue = new Queue<number>();
    function* work(): Coroutine<void> { queue.put(1); }
    async function main() { work(); }
    sleep(1);
  `,
  );
  assertEquals(
    first!.message,
    "`put()` only makes a coroutine, and it is dropped: nothing of it runs",
  );
  assertEquals(
    [first!.hint, second!.hint, third!.hint],
    [
      "Wait for it with `yield*`, or let it run beside, by `createTask()`",
      "To `await` it, make its function by `coroutine(function* ...)`, or let it run beside, " +
      "by `createTask()`",
      "Wait for it in a coroutine, with `yield*` or `await`, or let it run beside, " +
      "by `createTask()`",
    ],
  );
});

Deno.test("no-floating-coroutine names a call by what is called last", () => {
  const program = `
    const queues = { all: [new Queue<number>()] as const, "a b"(): CoroutineObject<void> {} };
    const table: [Queue<number>] = [new Queue()];
    const [queue] = table;
    asyncio.coroutines.sleep(1);
    queue!.join();
    (() => sleep(1))();
  `;
  assertEquals(
    lint(RULE, program).map(({ message }) => message.replace(/ only makes .*/, "")),
    ["`sleep()`", "`join()`", "this call"],
  );
});

Deno.test("no-floating-coroutine puts the word that waits before it", () => {
  assertEquals(
    fixed(
      RULE,
      `
      const lock = new Lock();
      function* generator() { lock.acquire(); }
      async function asynchronous() { lock.acquire(); (sleep(1)); asyncio?.sleep(1); }
      async function* both() { sleep(1); }
      class Pool { *use() { lock.acquire(); } async close() { for (;;) sleep(1); } }
    `,
    ),
    `
      const lock = new Lock();
      function* generator() { yield* lock.acquire(); }
      async function asynchronous() { await lock.acquire(); (await sleep(1)); await asyncio?.sleep(1); }
      async function* both() { await sleep(1); }
      class Pool { *use() { yield* lock.acquire(); } async close() { for (;;) await sleep(1); } }
    `,
  );
});

Deno.test("no-floating-coroutine fixes nothing where waiting is impossible or may not be meant", () => {
  const program = `
    function* generator(slow: boolean) { void sleep(1); slow && sleep(1); }
    async function asynchronous() { generator(true); }
    async function outer() { [1].forEach((n) => { sleep(n); }); }
    function* field() { class Late { static { sleep(1); } } }
    sleep(1);
  `;
  assertEquals(lint(RULE, program).length, 6);
  assertEquals(fixed(RULE, program), program);
});
