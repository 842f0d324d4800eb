// Copyright 2026 the asyncio authors. MIT license.

/**
 * Worker threads. They are the host's module workers as `node:worker_threads` hands them out: a Web
 * Worker cannot be told not to keep the program alive, and one that is busy cannot be ended.
 *
 * The code of the worker comes in its URL, so that it needs no permission and no file. Messages take a
 * channel of their own: that of the worker itself goes through all the bytes of each message one by one
 * (in Deno 2.9.6, 80 ns a byte).
 */

import type { Connection, ConnectionEvents } from "./_connection.ts";
import { encodeError } from "./_encode_error.ts";
import { builtin } from "./_host.ts";
import { type ToWorker, workerMain } from "./_worker_main.ts";

/** A `MessagePort`, which in Deno and Node may be told not to keep the program alive. */
type Port = MessagePort & { ref?(): void; unref?(): void };

/** As much of a `Worker` of `node:worker_threads` as is used. */
interface NodeWorker {
  readonly threadId: number;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: () => void): void;
  postMessage(message: MessagePort, transferables: Transferable[]): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface WorkerThreads {
  Worker: new (url: URL, options: { name: string }) => NodeWorker;
}

let workerUrl: URL | null = null;

/** Starts a thread. */
export function startThread(name: string, events: ConnectionEvents): Connection {
  return new ThreadConnection(name, events);
}

class ThreadConnection implements Connection {
  readonly #worker: NodeWorker;
  readonly #port: Port;
  readonly sharesMemory = true;
  #isRef = true;

  constructor(name: string, events: ConnectionEvents) {
    const { Worker } = builtin<WorkerThreads>("node:worker_threads", "ThreadPoolExecutor");
    workerUrl ??= new URL(`data:text/javascript,${encodeURIComponent(workerCode())}`);
    const worker = new Worker(workerUrl, { name });
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    port1.onmessage = ({ data }) => events.onMessage(data);
    let cause: unknown = null;
    worker.on("error", (error) => cause = error);
    worker.on("exit", () => {
      port1.close();
      events.onExit(cause);
    });
    this.#worker = worker;
    this.#port = port1;
  }

  get id(): number {
    return this.#worker.threadId;
  }

  post(message: ToWorker, transferables: Transferable[]): void {
    this.#port.postMessage(message, transferables);
  }

  pack(value: unknown): unknown {
    return value;
  }

  unpack(value: unknown): unknown {
    return value;
  }

  setRef(keepsAlive: boolean): void {
    if (keepsAlive === this.#isRef) return;
    this.#isRef = keepsAlive;
    if (keepsAlive) {
      this.#worker.ref();
      this.#port.ref?.();
    } else {
      this.#worker.unref();
      this.#port.unref?.();
    }
  }

  stop(): void {
    this.#worker.terminate();
  }

  kill(): void {
    this.#worker.terminate();
  }
}

function workerCode(): string {
  return `import { parentPort } from "node:worker_threads";
${guardCode()}
${encodeError}
const same = (value) => value;
parentPort.once("message", (port) => {
  const receive = (${workerMain})({
    post: (message, transferables) => port.postMessage(message, transferables),
    pack: same,
    unpack: same,
  }, encodeError);
  port.onmessage = ({ data }) => receive(data);
});
`;
}

/** Errors that nobody waits for, of a timer that a function has left behind say, end no worker. */
export function guardCode(): string {
  return `const tell = (error) => console.error("Exception in worker:", error);
process.on("uncaughtException", tell);
process.on("unhandledRejection", tell);`;
}
