// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { assertFinds, fixed, lint } from "./_lint.ts";

const RULE = "no-called-main";

Deno.test("no-called-main finds the call of an async function that is passed for it", () => {
  assertFinds(
    RULE,
    `
    async function work(n: number): Promise<void> { await sleep(n); }
    const arrow = async () => { await sleep(1); };
    function promised(): Promise<void> { return work(1); }
    class Pool {
      readonly #group = new TaskGroup();
      async #fill() { await sleep(1); }
      open() { this.#group.createTask(«this.#fill()»); }
    }
    const runner = new Runner(), loop = newEventLoop();
    run(«work(1)»);
    asyncio.createTask(«arrow()», { name: "arrow" });
    runner.run(«promised()»);
    loop.createTask(«work(2)»);
    runCoroutineThreadsafe(«work(3)», loop);
    run(«(async () => { await sleep(1); })()»);
    asyncWith(new TaskGroup(), async (tg) => { tg.createTask(«work(4)»); });
  `,
  );
});

Deno.test("no-called-main leaves alone functions, coroutines, and what takes a promise", () => {
  assertFinds(
    RULE,
    `
    async function work(n: number): Promise<void> { await sleep(n); }
    function* generator(): Coroutine<void> { yield* sleep(1); }
    const made = coroutine(work);
    run(work.bind(null, 1));
    run(() => work(1));
    run(generator());
    createTask(made(1));
    createTask(sleep(1));
    gather(work(1), work(2));
    waitFor(work(1), 1);
    [].map(() => work(1));
    async function own() { const run = (value: unknown) => value; run(work(1)); }
  `,
  );
});

Deno.test("no-called-main says what is wrong, and what to pass", () => {
  const [plain, other] = lint(
    RULE,
    `
    async function work(n = 0) {}
    run(work());
    createTask(work(Math.random()));
  `,
  );
  assertEquals(plain!.message, "`work()` starts outside any task, and `run()` takes no promise");
  assertEquals(plain!.hint, "Pass the function: `work`");
  assertEquals(other!.hint, "Pass the function: `() => ...`");
});

Deno.test("no-called-main passes the function, or an arrow if there are constant arguments", () => {
  assertEquals(
    fixed(
      RULE,
      `
      async function work(n = 0, name = "") {}
      for (const n of [1, 2]) createTask(work(n, "constant"));
      const [first, { name }] = [1, { name: "a" }];
      createTask(work(first, name));
      createTask(work(sleep, asyncio, work, Queue));
      run(work());
      run((async () => { await work(); })());
      class Pool { async fill() {} open() { createTask(this.fill()); } }
    `,
    ),
    `
      async function work(n = 0, name = "") {}
      for (const n of [1, 2]) createTask(() => work(n, "constant"));
      const [first, { name }] = [1, { name: "a" }];
      createTask(() => work(first, name));
      createTask(() => work(sleep, asyncio, work, Queue));
      run(work);
      run(async () => { await work(); });
      class Pool { async fill() {} open() { createTask(() => this.fill()); } }
    `,
  );
});

Deno.test("no-called-main fixes no call that could be another one later", () => {
  const program = `
    async function work(n = 0) {}
    class Pool { async fill() {} }
    let n = 0, pool = new Pool();
    while (n < 3) createTask(work(n++));
    createTask(work(n));
    createTask(pool.fill());
    async (queue: Queue<number>, n: number) => {
      createTask(work(await queue.get()));
      createTask(work(n));
    };
  `;
  assertEquals(lint(RULE, program).length, 5);
  assertEquals(fixed(RULE, program), program);
});
