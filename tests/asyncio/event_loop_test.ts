// Copyright 2026 the asyncio authors. MIT license.

import { ContextVar, EventLoop, newEventLoop, RuntimeError, ValueError } from "@asyncio/asyncio";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { testForms } from "../_run_test.ts";

/** Sends a signal to this process: never one that would end it if nobody handled it. */
const send = () => Deno.kill(Deno.pid, "SIGUSR2");

// CPython: test_events.py, UnixEventLoopTestsMixin.test_signal_handling_while_selecting
// CPython: test_events.py, UnixEventLoopTestsMixin.test_signal_handling_args
testForms("loop.addSignalHandler() has a function called in the loop", function* (test) {
  const { loop, until } = test;
  const variable = new ContextVar<string>("variable");
  const calls: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  variable.set("mine");
  loop.addSignalHandler(
    "SIGUSR2",
    (...args: unknown[]) => {
      calls.push([...args, variable.get("none"), loop.isRunning()]);
      resolve();
    },
    "some",
    "args",
  );
  variable.set("later");
  send();
  yield* until(promise);
  assertEquals(calls, [["some", "args", "mine", true]]);
  assertEquals(loop.removeSignalHandler("SIGUSR2"), true);
  assertEquals(loop.removeSignalHandler("SIGUSR2"), false);
});

// CPython: test_unix_events.py, SelectorEventLoopSignalTests.test_add_signal_handler2,
// test_add_signal_handler, test_remove_signal_handler and test_remove_signal_handler_2
testForms("loop.addSignalHandler() takes the place of what was there", function* (test) {
  const { loop, until } = test;
  const calls: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  loop.addSignalHandler("SIGUSR2", () => calls.push("first"));
  loop.addSignalHandler(12, () => {
    calls.push("second");
    resolve();
  });
  send();
  yield* until(promise);
  assertEquals(calls, ["second"]);
  assert(loop.removeSignalHandler(12));
});

// CPython: test_unix_events.py, SelectorEventLoopSignalTests.test_check_signal,
// test_add_signal_handler_invalid_signal, test_add_signal_handler_coroutine_error,
// test_remove_signal_handler_error
Deno.test("loop.addSignalHandler() refuses what it cannot do", () => {
  using loop = newEventLoop();
  const fn = () => {};
  assertThrows(() => loop.addSignalHandler("SIGFOO", fn), ValueError, "SIGFOO");
  assertThrows(() => loop.addSignalHandler(1000, fn), ValueError, "invalid signal number 1000");
  assertThrows(() => loop.removeSignalHandler(-1), ValueError, "invalid signal number -1");
  assertThrows(() => loop.addSignalHandler({} as string, fn), TypeError, "sig must be an int");
  for (const signal of ["SIGKILL", "SIGSTOP"]) {
    const message = `sig ${signal} cannot be caught`;
    assertThrows(() => loop.addSignalHandler(signal, fn), RuntimeError, message);
  }
  const coroutines = "coroutines cannot be used with addSignalHandler()";
  for (const wrong of [async () => {}, function* () {}]) {
    assertThrows(() => loop.addSignalHandler("SIGUSR2", wrong), TypeError, coroutines);
  }
  const nothing = null as unknown as typeof fn;
  assertThrows(() => loop.addSignalHandler("SIGUSR2", nothing), TypeError, "a callable object");
});

// CPython: test_unix_events.py, SelectorEventLoopSignalTests.test_close
Deno.test("loop.close() ends what was done about signals", () => {
  const before = processListeners();
  const loop = newEventLoop();
  assertInstanceOf(loop, EventLoop);
  loop.addSignalHandler("SIGUSR2", () => {});
  assertEquals(processListeners(), before + 1);
  loop.close();
  assertEquals(processListeners(), before);
  assertThrows(() => loop.addSignalHandler("SIGUSR2", () => {}), RuntimeError, "closed");
  assertEquals(processListeners(), before);
});

function processListeners(): number {
  const { process } = globalThis as unknown as {
    process: { listenerCount(event: string): number };
  };
  return process.listenerCount("SIGUSR2");
}
