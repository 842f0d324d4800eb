// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  CancelledError,
  type Coroutine,
  createTask,
  Future,
  gather,
  Lock,
  newEventLoop,
  run,
  RuntimeError,
  sleep,
  VirtualClock,
} from "@asyncio/asyncio";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { captured } from "../../coroutines/_loop.ts";

function virtually(debug: boolean) {
  return {
    debug,
    loopFactory: () => newEventLoop({ clock: new VirtualClock({ autojump: true }) }),
  };
}

/** Two tasks that take two locks, each in the order that suits it. */
function* philosophers(): Coroutine<void> {
  const [left, right] = [new Lock(), new Lock()];
  function* eat(first: Lock, second: Lock): Coroutine<void> {
    yield* asyncWith(first, function* haveOne() {
      yield* sleep(1);
      yield* asyncWith(second, function* haveBoth() {});
    });
  }
  yield* gather(
    createTask(eat(left, right), { name: "Plato" }),
    createTask(eat(right, left), { name: "Kant" }),
  );
}

Deno.test("A deadlock under VirtualClock shows the tasks, what each waits for, and where", async () => {
  const error = await assertRejects(() => run(philosophers, virtually(true)), RuntimeError);
  assertMatch(
    error.message,
    /^deadlock: .*; waiting: Task-\d+ .*, Plato .*, Kant .*\n└── \(T\) Task-\d+\n/,
  );
  assertMatch(error.message, /├── \(T\) Plato\n[^]* haveOne .*reports_test\.ts:\d+\n/);
  assertMatch(
    error.message,
    /Lock\.acquire [^]*└── \(T\) Kant\n[^]*waits for .* s: acquire\(\) of Lock 0x/,
  );
});

Deno.test("A deadlock shows the tasks without debug mode, by the names of their coroutines", async () => {
  const error = await assertRejects(() => run(philosophers, virtually(false)), RuntimeError);
  assertMatch(
    error.message,
    /\n└── \(T\) Task-\d+\n {4}└── {2}philosophers\n {8}├── \(T\) Plato\n/,
  );
});

Deno.test("Runner.close() says which tasks do not end when they are cancelled", async () => {
  const warnings = await captured("warn", async () => {
    await run(async () => {
      createTask(async function stubborn() {
        await sleep(1).then(() => {}, () => {});
        for (let i = 0; i < 3; i++) {
          try {
            await sleep(10);
          } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
          }
        }
      }, { name: "mule" });
      await sleep(0);
    }, virtually(true));
  });
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0]!, /^waiting for tasks that do not end when cancelled:\n/);
  assertMatch(warnings[0]!, /\(T\) mule\n {4}└── {2}stubborn .*reports_test\.ts:\d+\n/);
});

Deno.test("Runner.close() says nothing of tasks that end", async () => {
  const warnings = await captured("warn", async () => {
    await run(async () => {
      createTask(function* () {
        yield* new Future();
      });
      await sleep(0);
    }, virtually(false));
  });
  assertEquals(warnings, []);
});

Deno.test({
  name: "Ctrl-C shows what the tasks of the program waited for",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", new URL("_programs/pipeline.ts", import.meta.url).href],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = child.stdout.getReader();
    await output.read();
    child.kill("SIGINT");
    const text = await new Response(child.stderr).text();
    await output.cancel();
    assertEquals((await child.status).code, 1);
    assertMatch(text, /KeyboardInterrupt: <Task pending name='Task-1'/);
    assertMatch(text, /└── \(T\) Task-1\n[^]*── \(T\) consumer\n[^]*── \(T\) async consumer\n/);
  },
});
