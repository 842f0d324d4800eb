// Copyright 2026 the asyncio authors. MIT license.

import * as root from "@asyncio/asyncio";
import * as asyncio from "@asyncio/asyncio/asyncio";
import * as coroutines from "@asyncio/asyncio/coroutines";
import * as selectors from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";

/**
 * CPython 3.14: Lib/asyncio/__init__.py, `__all__`, by module; without the policies and what begins
 * with an underscore.
 */
const PYTHON = `
  BaseEventLoop Server
  iscoroutinefunction iscoroutine
  AbstractEventLoop AbstractServer Handle TimerHandle
  get_event_loop set_event_loop new_event_loop get_running_loop
  BrokenBarrierError CancelledError InvalidStateError TimeoutError IncompleteReadError
  LimitOverrunError SendfileNotAvailableError
  Future wrap_future isfuture future_add_to_awaited_by future_discard_from_awaited_by
  capture_call_graph format_call_graph print_call_graph FrameCallGraphEntry FutureCallGraph
  Lock Event Condition Semaphore BoundedSemaphore Barrier
  BaseProtocol Protocol DatagramProtocol SubprocessProtocol BufferedProtocol
  Runner run
  Queue PriorityQueue LifoQueue QueueFull QueueEmpty QueueShutDown
  StreamReader StreamWriter StreamReaderProtocol
  open_connection start_server open_unix_connection start_unix_server
  create_subprocess_exec create_subprocess_shell
  Task create_task FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED wait wait_for as_completed sleep
  gather shield ensure_future run_coroutine_threadsafe current_task all_tasks
  create_eager_task_factory eager_task_factory
  TaskGroup
  to_thread
  Timeout timeout timeout_at
  BaseTransport ReadTransport WriteTransport Transport DatagramTransport SubprocessTransport
  SelectorEventLoop EventLoop
`;

/** What Python has elsewhere, and what is ours. */
const OTHERS = `
  BlockingIOError BrokenExecutor BrokenProcessPool BrokenThreadPool ConcurrentFuture ConnectionError Context
  ContextVar DEVNULL EOFError ExceptionGroup Executor ExecutorEventLoop GeneratorExit InterruptedError KeyError
  KeyboardInterrupt MonotonicClock NetworkEventLoop NotImplementedError OSError PIPE Process ProcessPoolExecutor
  RuntimeError SocketEventLoop SSLObject STDOUT StopAsyncIteration SubprocessEventLoop ThreadPoolExecutor Token
  nativeEventLoop runSync
  Tracer TransportSocket ValueError VirtualClock
  abortable anext asyncFor asyncWith copyContext coroutine fromPromise fromSignal moduleFunction toPromise
  transfer
`;

/** What is more in `asyncio` than it is in `coroutines`: the loop has connections there. */
const GROWN = `EventLoop SelectorEventLoop get_event_loop get_running_loop new_event_loop`;

/** What knows more here than in the layer below: of concurrent futures. */
const WIDENED = ["ensureFuture", "wrapFuture"];

function namesIn(text: string): string[] {
  return text.trim().split(/\s+/).map(toCamelCase);
}

/** `create_task` is `createTask`; classes and constants stay as they are. */
function toCamelCase(name: string): string {
  return name === name.toLowerCase()
    ? name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

Deno.test("asyncio exports what Python's does, and a little more, by these names", () => {
  const here = [...namesIn(PYTHON), ...namesIn(OTHERS)];
  assertEquals(Object.keys(asyncio).sort(), here.sort());
});

Deno.test("the root exports asyncio, and the layers below it as namespaces", () => {
  assertEquals(
    Object.keys(root).sort(),
    [...Object.keys(asyncio), "coroutines", "selectors"].sort(),
  );
  assertStrictEquals(root.selectors, selectors);
  assertStrictEquals(root.coroutines, coroutines);
});

Deno.test("a name is the same thing wherever it is imported from", () => {
  const everything: Record<string, unknown> = { ...asyncio };
  for (const name of namesIn(GROWN)) {
    assert(everything[name] !== coroutines[name as keyof typeof coroutines], name);
    delete everything[name];
  }
  for (const [name, value] of [...Object.entries(coroutines), ...Object.entries(selectors)]) {
    if (!(name in everything) || WIDENED.includes(name)) continue;
    assertStrictEquals(value, everything[name], name);
  }
  assert("RuntimeError" in selectors && "RuntimeError" in coroutines);
});
