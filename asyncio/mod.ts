// Copyright 2026 the asyncio authors. MIT license.

/**
 * Python's `asyncio`: run coroutines, start tasks, wait for them, limit their time.
 *
 * @example Usage
 * ```ts
 * import { type Coroutine, gather, run, sleep } from "@asyncio/asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* fetchData(url: string): Coroutine<string> {
 *   yield* sleep(0.001);
 *   return `Data from ${url}`;
 * }
 *
 * function* main(): Coroutine<string[]> {
 *   return yield* gather(fetchData("a"), fetchData("b"));
 * }
 *
 * assertEquals(await run(main), ["Data from a", "Data from b"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio.html}
 *
 * @module
 */

export {
  AbstractEventLoop,
  type AddDoneCallbackOptions,
  allTasks,
  type Awaitable,
  BaseEventLoop,
  CancelledError,
  type Clock,
  Context,
  ContextVar,
  type ContextVarOptions,
  copyContext,
  type Coroutine,
  coroutine,
  type CoroutineFunction,
  type CoroutineObject,
  type CreateTaskOptions,
  currentTask,
  type DoneCallback,
  type EnsureFutureOptions,
  type EventLoopOptions,
  type ExceptionContext,
  type ExceptionHandler,
  fromPromise,
  type FromPromiseOptions,
  Future,
  type FutureOptions,
  GeneratorExit,
  Handle,
  InvalidStateError,
  iscoroutine,
  iscoroutinefunction,
  isfuture,
  KeyboardInterrupt,
  type LoopObserver,
  MonotonicClock,
  NotImplementedError,
  type PrintStackOptions,
  type Result,
  RuntimeError,
  setEventLoop,
  sleep,
  type StackFrame,
  type StackOptions,
  StopAsyncIteration,
  Task,
  type TaskFactory,
  type TaskOptions,
  TimeoutError,
  TimerHandle,
  type TimerPrecision,
  Token,
  VirtualClock,
  type VirtualClockOptions,
} from "../coroutines/mod.ts";
export {
  BlockingIOError,
  ConnectionError,
  InterruptedError,
  KeyError,
  type NonBlockingSocket,
  OSError,
  type SocketAddress,
  ValueError,
} from "../selectors/mod.ts";

export { abortable } from "./tasks/abortable.ts";
export { anext } from "./tasks/anext.ts";
export type { AsyncContextManager } from "./async_context_manager.ts";
export { asyncFor } from "./tasks/async_for.ts";
export { asyncWith, type Enterable, type Entered, type Swallowed } from "./tasks/async_with.ts";
export { fromSignal } from "./tasks/from_signal.ts";
export { toPromise } from "./tasks/to_promise.ts";
export {
  type AsCompleted,
  asCompleted,
  type AsCompletedOptions,
  type Completing,
  type FutureOf,
} from "./tasks/as_completed.ts";
export { futureAddToAwaitedBy, futureDiscardFromAwaitedBy } from "./tasks/awaited_by.ts";
export { Barrier } from "./sync/barrier.ts";
export { BoundedSemaphore } from "./sync/bounded_semaphore.ts";
export { Condition } from "./sync/condition.ts";
export {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
} from "./executors/broken_executor.ts";
export { type ConcurrentCallback, ConcurrentFuture } from "./tasks/concurrent_future.ts";
export { ensureFuture } from "./tasks/ensure_future.ts";
export { Executor } from "./executors/executor.ts";
export type { Iterables, MapOptions, ShutdownOptions } from "./executors/executor_options.ts";
export { ExecutorEventLoop } from "./executors/executor_event_loop.ts";
export { moduleFunction } from "./executors/module_function.ts";
export {
  ProcessPoolExecutor,
  type ProcessPoolExecutorOptions,
} from "./executors/process_pool_executor.ts";
export {
  ThreadPoolExecutor,
  type ThreadPoolExecutorOptions,
} from "./executors/thread_pool_executor.ts";
export { toThread } from "./executors/to_thread.ts";
export { transfer } from "./executors/transfer.ts";
export { wrapFuture } from "./executors/wrap_future.ts";
export {
  createSubprocessExec,
  type CreateSubprocessExecOptions,
  createSubprocessShell,
  type CreateSubprocessShellOptions,
  type PipeEnd,
  type ProcessOf,
} from "./subprocess/create_subprocess.ts";
export { createTask } from "./tasks/create_task.ts";
export {
  createEagerTaskFactory,
  eagerTaskFactory,
  type TaskClass,
} from "./tasks/eager_task_factory.ts";
export { Event } from "./sync/event.ts";
export {
  EventLoop,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  SelectorEventLoop,
} from "./event_loop.ts";
export {
  type ErrorClass,
  ExceptionGroup,
  type ExceptionGroupCondition,
} from "./exception_group.ts";
export {
  BrokenBarrierError,
  EOFError,
  IncompleteReadError,
  LimitOverrunError,
  SendfileNotAvailableError,
} from "./exceptions.ts";
export { gather, type Gatherable, type GatherOptions } from "./tasks/gather.ts";
export { LifoQueue } from "./queues/lifo_queue.ts";
export { Lock } from "./sync/lock.ts";
export { nativeEventLoop, type NativeEventLoopOptions } from "./native_event_loop.ts";
export { openConnection, type OpenConnectionOptions } from "./streams/open_connection.ts";
export { runCoroutineThreadsafe } from "./tasks/run_coroutine_threadsafe.ts";
export { type OutputOf, Process } from "./subprocess/process.ts";
export { PriorityQueue, type PriorityQueueOptions } from "./queues/priority_queue.ts";
export { Queue } from "./queues/queue.ts";
export { QueueEmpty, QueueFull, QueueShutDown } from "./queues/queue_errors.ts";
export { runSync, type RunSyncOptions } from "./run_sync.ts";
export {
  type LoopFactory,
  type Main,
  run,
  Runner,
  type RunnerOptions,
  type RunnerRunOptions,
} from "./runners.ts";
export { Semaphore } from "./sync/semaphore.ts";
export { AbstractServer } from "./transports/abstract_server.ts";
export { Server, type ServerSockets } from "./transports/server.ts";
export { shield } from "./tasks/shield.ts";
export { startServer, type StartServerOptions } from "./streams/start_server.ts";
export {
  type ClientConnectedCallback,
  StreamReaderProtocol,
  type StreamReaderProtocolOptions,
} from "./streams/stream_reader_protocol.ts";
export { type Separator, StreamReader, type StreamReaderOptions } from "./streams/stream_reader.ts";
export { StreamWriter } from "./streams/stream_writer.ts";
export {
  openUnixConnection,
  type OpenUnixConnectionOptions,
  startUnixServer,
  type StartUnixServerOptions,
} from "./streams/unix.ts";
export {
  DEVNULL,
  type FileWithDescriptor,
  PIPE,
  type StderrStdio,
  type Stdio,
  STDOUT,
} from "./subprocess/stdio.ts";
export { SubprocessEventLoop } from "./subprocess/subprocess_event_loop.ts";
export type { SubprocessOptions, SubprocessShellOptions } from "./subprocess/subprocess_options.ts";
export { TaskGroup } from "./tasks/task_group.ts";
export { Timeout, timeout, timeoutAt } from "./tasks/timeouts.ts";
export { BaseProtocol, BaseTransport } from "./transports/base.ts";
export type { ExtraInfo } from "./transports/extra_info.ts";
export type { InetAddress } from "./transports/inet_address.ts";
export {
  BufferedProtocol,
  DatagramProtocol,
  Protocol,
  SubprocessProtocol,
} from "./transports/protocols.ts";
export {
  DatagramTransport,
  ReadTransport,
  SubprocessTransport,
  Transport,
  WriteTransport,
} from "./transports/transports.ts";
export type { CreateConnectionOptions } from "./transports/create_connection.ts";
export type { CreateDatagramEndpointOptions } from "./transports/create_datagram_endpoint.ts";
export type { CreateServerOptions, ServerOptions } from "./transports/create_server.ts";
export type { AddressInfo, AddressOptions } from "./transports/getaddrinfo.ts";
export { NetworkEventLoop } from "./transports/network_event_loop.ts";
export type { SendableFile, SendfileOptions } from "./transports/sendfile.ts";
export { SocketEventLoop } from "./transports/socket_event_loop.ts";
export {
  type CertificateName,
  type Cipher,
  type PeerCertificate,
  SSLObject,
} from "./transports/ssl_object.ts";
export type { StartTlsOptions } from "./transports/start_tls.ts";
export type {
  ClientSslOptions,
  SslOptions,
  TlsOptions,
  TlsVersion,
} from "./transports/tls_options.ts";
export type { CreateUnixConnectionOptions, CreateUnixServerOptions } from "./transports/unix.ts";
export { TransportSocket } from "./transports/transport_socket.ts";
export {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type ReturnWhen,
  wait,
  type WaitOptions,
} from "./tasks/wait.ts";
export { waitFor } from "./tasks/wait_for.ts";

export { Tracer, type TracerOptions } from "./trace/tracer.ts";
export {
  type CallGraphOptions,
  captureCallGraph,
  formatCallGraph,
  FrameCallGraphEntry,
  FutureCallGraph,
  printCallGraph,
  type PrintCallGraphOptions,
  type TextOutput,
} from "./graph/call_graph.ts";
