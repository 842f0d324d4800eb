// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the library exports, as far as it helps to find a dropped coroutine: made from its
 * documentation by `deno task lint:table`, and held to it by a test.
 *
 * @module
 */

import type { Callable, LibraryClass } from "./_shape.ts";

/** A method or function that gives a coroutine object, and no more is known. */
const COROUTINE: Callable = { gives: { coroutine: null } };
/** The same for a plain generator object. */
const GENERATOR: Callable = { gives: { generator: null } };

/** Functions: those that give something known, and those that take functions. */
export const FUNCTIONS: Readonly<Record<string, Callable>> = {
  abortable: COROUTINE,
  anext: COROUTINE,
  asyncFor: COROUTINE,
  asyncWith: { gives: { coroutine: null }, enters: true },
  callInTask: GENERATOR,
  captureCallGraph: { gives: "FutureCallGraph" },
  coroutine: { gives: COROUTINE },
  createEagerTaskFactory: { gives: { gives: "Task" } },
  createSubprocessExec: COROUTINE,
  createSubprocessShell: COROUTINE,
  createTask: { gives: "Task", starts: true },
  currentTask: { gives: "Task" },
  eagerTaskFactory: { gives: "Task" },
  ensureFuture: { gives: "Future" },
  fromPromise: { gives: "Future" },
  fromSignal: { gives: "Future" },
  gather: { gives: "Future" },
  getEventLoop: { gives: "EventLoop" },
  getRunningLoop: { gives: "EventLoop" },
  joinedBy: { gives: "Future" },
  nativeEventLoop: { gives: "EventLoop" },
  newEventLoop: { gives: "EventLoop" },
  openConnection: { gives: { coroutine: ["StreamReader", "StreamWriter"] } },
  openUnixConnection: { gives: { coroutine: ["StreamReader", "StreamWriter"] } },
  primitive: { gives: COROUTINE },
  run: { gives: null, starts: true },
  runCoroutineThreadsafe: { gives: null, starts: true },
  shield: { gives: "Future" },
  sleep: COROUTINE,
  startServer: { gives: { coroutine: "Server" }, callback: ["StreamReader", "StreamWriter"] },
  startUnixServer: { gives: { coroutine: "Server" }, callback: ["StreamReader", "StreamWriter"] },
  timeout: { gives: "Timeout" },
  timeoutAt: { gives: "Timeout" },
  toThread: COROUTINE,
  wait: COROUTINE,
  waitFor: COROUTINE,
  wrapFuture: { gives: "Future" },
};

/** Classes and interfaces, with their members of known shape. */
export const CLASSES: Readonly<Record<string, LibraryClass>> = {
  AbstractServer: {
    members: {
      aenter: { gives: { generator: "AbstractServer" } },
      aexit: GENERATOR,
      getLoop: { gives: "SelectorEventLoop" },
      serveForever: COROUTINE,
      startServing: COROUTINE,
      waitClosed: COROUTINE,
    },
  },
  Barrier: {
    members: {
      abort: COROUTINE,
      aenter: GENERATOR,
      aexit: GENERATOR,
      reset: COROUTINE,
      wait: COROUTINE,
    },
  },
  BaseEventLoop: {
    members: {
      createFuture: { gives: "Future" },
      createTask: { gives: "Task", starts: true },
      getTaskFactory: { gives: { gives: "Task" } },
    },
  },
  BoundedSemaphore: { extends: "Semaphore", members: {} },
  Condition: {
    members: {
      acquire: COROUTINE,
      aenter: GENERATOR,
      aexit: GENERATOR,
      guard: COROUTINE,
      wait: COROUTINE,
      waitFor: COROUTINE,
    },
  },
  Event: { members: { wait: COROUTINE } },
  EventLoop: {
    extends: "SubprocessEventLoop",
    members: {
      shutdownAsyncgens: COROUTINE,
      sockAccept: COROUTINE,
      sockConnect: COROUTINE,
      sockRecv: COROUTINE,
      sockRecvInto: COROUTINE,
      sockSendall: COROUTINE,
    },
  },
  Executor: { members: { aenter: GENERATOR, aexit: GENERATOR } },
  ExecutorEventLoop: {
    extends: "SelectorEventLoop",
    members: { runInExecutor: { gives: "Future" }, shutdownDefaultExecutor: COROUTINE },
  },
  Future: {
    members: {
      addDoneCallback: { gives: null, callback: ["Future"] },
      removeDoneCallback: { gives: null, callback: ["Future"] },
    },
  },
  FutureCallGraph: { members: { future: "Future" } },
  LifoQueue: { extends: "Queue", members: {} },
  Lock: { members: { acquire: COROUTINE, aenter: GENERATOR, aexit: GENERATOR, guard: COROUTINE } },
  NatsExecutor: { extends: "Executor", members: {} },
  NetworkEventLoop: {
    extends: "SocketEventLoop",
    members: {
      connectAcceptedSocket: COROUTINE,
      connectReadPipe: COROUTINE,
      connectWritePipe: COROUTINE,
      createConnection: COROUTINE,
      createDatagramEndpoint: COROUTINE,
      createServer: { gives: { coroutine: "Server" } },
      createUnixConnection: COROUTINE,
      createUnixServer: { gives: { coroutine: "Server" } },
      sendfile: COROUTINE,
      startTls: COROUTINE,
    },
  },
  PriorityQueue: { extends: "Queue", members: {} },
  Process: { members: { communicate: COROUTINE, wait: COROUTINE } },
  ProcessPoolExecutor: { extends: "Executor", members: {} },
  Queue: { members: { get: COROUTINE, join: COROUTINE, put: COROUTINE } },
  Runner: { members: { getLoop: { gives: "EventLoop" }, run: { gives: null, starts: true } } },
  SelectorEventLoop: {
    extends: "BaseEventLoop",
    members: {
      shutdownAsyncgens: COROUTINE,
      sockAccept: COROUTINE,
      sockConnect: COROUTINE,
      sockRecv: COROUTINE,
      sockRecvInto: COROUTINE,
      sockSendall: COROUTINE,
    },
  },
  Semaphore: {
    members: { acquire: COROUTINE, aenter: GENERATOR, aexit: GENERATOR, guard: COROUTINE },
  },
  Server: {
    extends: "AbstractServer",
    members: {
      aenter: { gives: { generator: "Server" } },
      getLoop: { gives: "SelectorEventLoop" },
      serveForever: COROUTINE,
      startServing: COROUTINE,
      waitClosed: COROUTINE,
    },
  },
  SocketEventLoop: {
    extends: "ExecutorEventLoop",
    members: {
      getaddrinfo: COROUTINE,
      getnameinfo: COROUTINE,
      sockRecvfrom: COROUTINE,
      sockRecvfromInto: COROUTINE,
      sockSendfile: COROUTINE,
      sockSendto: COROUTINE,
    },
  },
  StreamReader: {
    members: { read: COROUTINE, readexactly: COROUTINE, readline: COROUTINE, readuntil: COROUTINE },
  },
  StreamReaderProtocolOptions: { members: { loop: "BaseEventLoop" } },
  StreamWriter: { members: { drain: COROUTINE, startTls: COROUTINE, waitClosed: COROUTINE } },
  SubprocessEventLoop: {
    extends: "NetworkEventLoop",
    members: { subprocessExec: COROUTINE, subprocessShell: COROUTINE },
  },
  Task: {
    extends: "Future",
    members: {
      addDoneCallback: { gives: null, callback: ["Task"] },
      removeDoneCallback: { gives: null, callback: ["Task"] },
    },
  },
  TaskGroup: {
    members: {
      aenter: { gives: { generator: "TaskGroup" } },
      aexit: GENERATOR,
      createTask: { gives: "Task", starts: true },
    },
  },
  ThreadPoolExecutor: { extends: "Executor", members: {} },
  Timeout: { members: { aenter: { gives: { generator: "Timeout" } }, aexit: GENERATOR } },
};
