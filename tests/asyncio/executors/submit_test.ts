// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  BrokenExecutor,
  coroutine,
  ExceptionGroup,
  moduleFunction,
  RuntimeError,
  ThreadPoolExecutor,
  transfer,
  ValueError,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { processes, testPools } from "./_pools.ts";
import * as work from "./_work.ts";

const outside = 1;

/** The error that a call ends with. */
async function errorOf(future: { exception(): Promise<unknown> }): Promise<Error> {
  return await future.exception() as Error;
}

testPools(".submit() runs an exported function of a module", async ({ make }) => {
  await using pool = make();
  assertEquals(await pool.submit(work.doubled, 21), 42);
  assertEquals(work.doubled(4), 8, "called here, it runs here");
  assertEquals(await pool.submit(moduleFunction(import.meta, exported), "x"), "x!");
});

export function exported(text: string): string {
  return text + "!".repeat(outside);
}

testPools(".submit() imports a module once in each worker", async ({ make }) => {
  await using pool = make({ maxWorkers: 1 });
  const count = moduleFunction(
    { url: new URL("./_work.ts", import.meta.url).href },
    work.countCalls,
  );
  assertEquals([await pool.submit(count), await pool.submit(count)], [1, 2]);
});

testPools(".submit() awaits async functions in the worker", async ({ make }) => {
  await using pool = make({ maxWorkers: 1 });
  const later = moduleFunction({ url: new URL("./_work.ts", import.meta.url).href }, work.later);
  assertEquals(await Promise.all([pool.submit(later, 1), pool.submit(later, 2)]), [1, 2]);
  assertEquals(await pool.submit(async (n: number) => await Promise.resolve(n), 3), 3);
  await assertRejects(
    () => pool.submit(() => Promise.reject(new RangeError("no"))).result(),
    RangeError,
  );
});

testPools(".submit() fails where the module exports no function of the name", async ({ make }) => {
  await using pool = make({ maxWorkers: 1 });
  const error = await errorOf(pool.submit(work.hiddenFunction));
  assertInstanceOf(error, TypeError);
  assertMatch(error.message, /^Cannot run hidden\(\) in a worker: .*_work\.ts exports no function/);
  const url = new URL("./_work.ts", import.meta.url).href;
  const constant = moduleFunction({ url }, () => 1, "notAFunction");
  assertStringIncludes((await errorOf(pool.submit(constant))).message, "exports no function");
  assertEquals(await pool.submit(work.doubled, 1), 2, "the worker lives");
});

// CPython: test_deadlock.py, test_error_at_task_unpickle
testPools(".submit() fails where the module throws as it is imported", async ({ make }) => {
  await using pool = make({ maxWorkers: 1 });
  const url = `data:text/javascript,throw new RangeError("at import");`;
  const error = await errorOf(pool.submit(moduleFunction({ url }, () => 1, "f")));
  assertInstanceOf(error, RangeError);
  assertEquals(error.message, "at import");
  assertEquals(await pool.submit(() => 1), 1, "the worker lives");
});

testPools(".submit() fails where the module cannot be imported", async ({ make }) => {
  await using pool = make({ maxWorkers: 1 });
  const lost = moduleFunction({ url: new URL("./_lost.ts", import.meta.url).href }, () => 1, "f");
  assertMatch((await errorOf(pool.submit(lost))).message, /_lost\.ts/);
});

testPools(".submit() fails where a text needs what surrounds it", async ({ make }) => {
  await using pool = make();
  const error = await errorOf(pool.submit(function usesOutside() {
    return outside;
  }));
  assertInstanceOf(error, ReferenceError);
  assertEquals(
    error.message,
    "outside is not defined: usesOutside() was sent to the worker as text, without what surrounds " +
      "it; export it from a module, and submit moduleFunction(import.meta, usesOutside)",
  );
  const meta = await errorOf(pool.submit(() => import.meta.url));
  assertInstanceOf(meta, TypeError);
  assertStringIncludes(meta.message, "moduleFunction(import.meta");
});

testPools(".submit() takes a method that uses nothing but its arguments", async ({ make }) => {
  await using pool = make();
  const object = {
    add(a: number, b: number): number {
      return a + b;
    },
    async addLater(a: number, b: number): Promise<number> {
      return await Promise.resolve(a + b);
    },
  };
  assertEquals(await pool.submit(object.add, 1, 2), 3);
  assertEquals(await pool.submit(object.addLater, 1, 2), 3);
});

testPools(".submit() refuses what cannot be sent", async ({ make }) => {
  await using pool = make();
  const refuse = (fn: unknown, message: string) =>
    assertThrows(() => pool.submit(fn as () => void), TypeError, message);
  refuse(work.double.bind(null), "it is a bound function");
  refuse(Math.max, "it is a native function");
  refuse(work.generate, "it is a generator function");
  refuse(async function* () {}, "it is a generator function");
  refuse(moduleFunction(import.meta, work.generate), "it is a generator function");
  refuse(coroutine(function* () {}), "it is a coroutine function");
  refuse(class Thing {}, "it is a class");
  refuse("text", "a callable object was expected by submit()");
  refuse(null, "a callable object was expected by submit()");
});

Deno.test("moduleFunction() refuses what has no place", () => {
  const meta = { url: import.meta.url };
  assertThrows(() => moduleFunction(meta, 1 as never), TypeError);
  assertThrows(() => moduleFunction({} as never, work.double), TypeError, "import.meta");
  assertThrows(() => moduleFunction(meta, () => 1), TypeError, "a function with a name");
});

testPools(".submit() sends and returns whatever can be cloned", async ({ make }) => {
  await using pool = make();
  const values = [
    undefined,
    null,
    NaN,
    -0,
    2n ** 70n,
    "text",
    new Date(0),
    /x+/gi,
    new Map([["a", new Set([1])]]),
    { nested: [{ deep: undefined }] },
    new Uint8Array([1, 2, 3]),
    new Float64Array([1.5]),
    new Uint8Array([1, 2, 3]).buffer,
    [1, undefined, null],
  ];
  for (const value of values) {
    assertEquals(await pool.submit((value: unknown) => value, value), value);
  }
  assertEquals(await pool.submit((...args: unknown[]) => args, ...values), values);
});

testPools(".submit() gives bytes that are the caller's own", async ({ make }) => {
  await using pool = make();
  const bytes = await pool.submit(() => ({ bytes: new Uint8Array([1, 2]) }));
  assertEquals(bytes.bytes.buffer.byteLength, 2);
  assertEquals((await pool.submit(() => new Uint8Array([1, 2]))).buffer.byteLength, 2);
});

// CPython: test_deadlock.py, test_error_at_task_pickle
testPools(".submit() names the argument that cannot be cloned", async ({ make }) => {
  await using pool = make();
  const ignore = (..._args: unknown[]) => 1;
  const error = await errorOf(pool.submit(ignore, 1, { fn: () => 1 }, 2));
  assertEquals(error.name, "DataCloneError");
  assertMatch(
    error.message,
    /^Argument 2 of ignore\(\) cannot be sent to a worker: .*could not be cloned/,
  );
  const others = [1, 2, () => 1, 4, Symbol("s")].map((value) => pool.submit(ignore, value));
  const ended = await Promise.all(others.map((future) => future.exception()));
  assertEquals(ended.map((one) => (one as Error | null)?.name), [
    undefined,
    undefined,
    "DataCloneError",
    undefined,
    "DataCloneError",
  ]);
});

// CPython: test_deadlock.py, test_error_during_result_pickle_in_result_handler and kin
testPools(".submit() says that a result cannot be cloned", async ({ make }) => {
  await using pool = make();
  const error = await errorOf(pool.submit(function closure() {
    return () => 1;
  }));
  assertEquals(error.name, "DataCloneError");
  assertMatch(
    error.message,
    /^The result of closure\(\) cannot be sent back: .*could not be cloned/,
  );
  assertEquals(await pool.submit(() => 1), 1);
});

// CPython: test_deadlock.py, test_error_during_result_pickle_on_worker
testPools(".submit() says what a result throws that is being cloned", async ({ make }) => {
  await using pool = make();
  const error = await errorOf(pool.submit(() => ({
    get value(): number {
      throw new RangeError("not to be read");
    },
  })));
  assertEquals(error.name, "DataCloneError");
  assertMatch(error.message, /^The result of <lambda>\(\) cannot be sent back: not to be read/);
  assertEquals(await pool.submit(() => 1), 1);
});

// CPython: test_deadlock.py, test_exit_during_result_pickle_on_worker, test_crash_during_result_pickle_on_worker
testPools(" is broken when a result ends its worker as it is cloned", async ({ make, Broken }) => {
  const pool = make();
  const error = await errorOf(pool.submit(() => ({
    get value(): number {
      return Deno.exit(1);
    },
  })));
  assertEquals(error.name, Broken);
  await pool.shutdown();
});

// CPython: test_deadlock.py, test_shutdown_deadlock_pickle
testPools(".shutdown() ends when an argument cannot be sent meanwhile", async ({ make }) => {
  const pool = make();
  const future = pool.submit((fn: () => void) => fn(), () => {});
  await pool.shutdown({ wait: false });
  assertEquals((await errorOf(future)).name, "DataCloneError");
  await pool.shutdown();
});

// CPython: test_process_pool.py, test_traceback; test_deadlock.py, test_error_during_func_exec_on_worker
testPools(
  ".submit() gives errors with class, message, cause and the worker's stack",
  async ({ make }) => {
    await using pool = make({ maxWorkers: 1 });
    const fail = moduleFunction({ url: new URL("./_work.ts", import.meta.url).href }, work.fail);
    const library = await errorOf(pool.submit(fail, "library"));
    assertInstanceOf(library, ValueError);
    assertEquals([library.name, library.message], ["ValueError", "of the library"]);
    assertMatch(library.stack!, /^ValueError: of the library\n\s+at fail \(.*_work\.ts:\d+/);
    const outer = await errorOf(pool.submit(fail, "cause"));
    assertInstanceOf(outer, RuntimeError);
    assertInstanceOf(outer.cause, RangeError);
    assertEquals((outer.cause as Error).message, "inner");
    assertMatch((outer.cause as Error).stack!, /_work\.ts/);
    const own = await errorOf(pool.submit(fail, "own")) as Error & { code: number; fn?: unknown };
    assertInstanceOf(own, ValueError, "the next class above that is known");
    assertEquals([own.name, own.message, own.code, own.fn], ["OwnError", "my own", 7, undefined]);
    const group = await errorOf(pool.submit(fail, "group")) as AggregateError;
    assertInstanceOf(group, AggregateError);
    assertInstanceOf(group.errors[0], TypeError);
    assertEquals(group.errors[1], "two");
    assertInstanceOf(await errorOf(pool.submit(fail, "deno")), Deno.errors.AlreadyExists);
    assertEquals(await pool.submit(fail, "value").exception(), { reason: "no error at all" });
    const aborted = await errorOf(pool.submit(fail, "abort"));
    assertInstanceOf(aborted, DOMException);
    assertEquals([aborted.name, aborted.message], ["AbortError", "aborted"]);
  },
);

testPools(
  ".submit() gives exception groups and those of the executor's family",
  async ({ make }) => {
    await using pool = make({ maxWorkers: 1 });
    const group = await errorOf(pool.submit(moduleFunction(import.meta, failAsGroup)));
    assertInstanceOf(group, ExceptionGroup);
    assertEquals(group.exceptions.map((one) => (one as Error).name), [
      "ValueError",
      "BrokenExecutor",
    ]);
    assertInstanceOf(group.exceptions[1], BrokenExecutor);
  },
);

export function failAsGroup(): void {
  throw new ExceptionGroup("both", [new ValueError("a"), new BrokenExecutor("b")]);
}

testPools(".submit() goes on after errors that nobody waits for", async ({ make }) => {
  await using pool = make({ maxWorkers: 1 });
  const quiet = () => {
    console.error = () => {};
    setTimeout(() => {
      throw new Error("left behind");
    });
    Promise.reject(new Error("left behind"));
    return new Promise((resolve) => setTimeout(resolve, 5));
  };
  await pool.submit(quiet);
  assertEquals(await pool.submit(() => 1), 1);
});

Deno.test("transfer() moves arguments and results between threads", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const bytes = new Uint8Array(64).fill(1);
  const back = await pool.submit(
    moduleFunction(import.meta, giveBack),
    transfer(bytes, [bytes.buffer]),
  );
  assertEquals(bytes.length, 0, "it is not here any more");
  assertEquals(back, { length: 64, bytes: new Uint8Array(64).fill(2), left: 64 });
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => port1.onmessage = ({ data }) => resolve(data));
  await pool.submit((port: MessagePort) => {
    port.postMessage("hello");
    port.close();
  }, transfer(port2, [port2]));
  assertEquals(await answer, "hello");
  port1.close();
  assertThrows(() => transfer(bytes, bytes.buffer as never), TypeError);
});

export function giveBack(bytes: Uint8Array<ArrayBuffer>) {
  const result = { length: bytes.length, bytes: bytes.map((n) => n + 1), left: bytes.length };
  return transfer(result, [result.bytes.buffer]);
}

Deno.test("nothing is sent to a worker that cannot import the function", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const url = new URL("./_work.ts", import.meta.url).href;
  const bytes = new Uint8Array(8);
  const missing = moduleFunction({ url }, (bytes: Uint8Array) => bytes.length, "missing");
  const error = await errorOf(pool.submit(missing, transfer(bytes, [bytes.buffer])));
  assertStringIncludes(error.message, "exports no function");
  assertEquals(bytes.length, 8, "it is here still");
});

Deno.test("transfer() of what was moved already is an error of the call", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const bytes = new Uint8Array(8);
  const length = (bytes: Uint8Array) => bytes.length;
  assertEquals(await pool.submit(length, transfer(bytes, [bytes.buffer])), 8);
  const error = await errorOf(pool.submit(length, transfer(bytes, [bytes.buffer])));
  assertEquals(error.name, "DataCloneError");
  assertEquals(await pool.submit(length, new Uint8Array(3)), 3);
});

Deno.test("ProcessPoolExecutor.submit() refuses to move", async () => {
  await using pool = processes.make({ maxWorkers: 1 });
  const error = await errorOf(pool.submit((b: unknown) => b, transfer(new Uint8Array(1), [])));
  assertInstanceOf(error, TypeError);
  assertStringIncludes(error.message, "transfer() is for threads");
  const { asyncDispose } = Symbol;
  assert(asyncDispose in pool && asyncWith !== null);
});

Deno.test("ProcessPoolExecutor.submit() refuses what would arrive empty", async () => {
  await using pool = processes.make({ maxWorkers: 1 });
  for (const value of [new Blob(["x"]), { url: new URL("http://localhost") }, [new Headers()]]) {
    const error = await errorOf(pool.submit((value: unknown) => value, value));
    assertMatch(
      error.message,
      /^Argument 1 of .* cannot be sent to a worker: .*could not be cloned/,
    );
  }
  assertEquals((await errorOf(pool.submit(() => new Blob([])))).name, "DataCloneError");
});
