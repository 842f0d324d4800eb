// Copyright 2026 the asyncio authors. MIT license.

/**
 * Child processes: each another Deno, which gets its program through its standard input and its
 * calls through the channel of `node:child_process`.
 */

import type { Connection, ConnectionEvents } from "./_connection.ts";
import { builtin, denoCommand } from "./_host.ts";
import { guardCode } from "./_thread.ts";
import { type FromWorker, type ToWorker, workerMain } from "./_worker_main.ts";

/** As much of a `ChildProcess` of `node:child_process` as is used. */
interface ChildProcess {
  readonly pid?: number;
  readonly stdin: { end(text: string): void; on(event: "error", listener: () => void): void };
  readonly channel?: { ref(): void; unref(): void } | null;
  readonly connected: boolean;
  on(event: "message", listener: (message: FromWorker) => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: (code: number | null, signal: string | null) => void): void;
  send(message: unknown, callback: (error: unknown) => void): boolean;
  ref(): void;
  unref(): void;
  disconnect(): void;
  kill(signal: string): boolean;
}

interface ChildProcesses {
  spawn(path: string, args: readonly string[], options: Record<string, unknown>): ChildProcess;
}

/** As much of `node:v8` as is used. Its `serialize()` gives bytes that share a buffer. */
interface V8 {
  Serializer: new () => {
    writeHeader(): void;
    writeValue(value: unknown): void;
    releaseBuffer(): Uint8Array;
  };
  Deserializer: new (bytes: Uint8Array) => { readHeader(): void; readValue(): unknown };
}

/** Starts a process. */
export function startProcess(_name: string, events: ConnectionEvents): Connection {
  return new ProcessConnection(events);
}

class ProcessConnection implements Connection {
  readonly #child: ChildProcess;
  readonly #packing: Packing;
  readonly sharesMemory = false;
  #isRef = true;

  constructor(events: ConnectionEvents) {
    const { spawn } = builtin<ChildProcesses>("node:child_process", "ProcessPoolExecutor");
    this.#packing = packing(builtin<V8>("node:v8", "ProcessPoolExecutor"));
    const { path, args } = denoCommand();
    const child = spawn(path, args, {
      serialization: "advanced",
      stdio: ["pipe", "inherit", "inherit", "ipc"],
    });
    let failed = false;
    child.on("message", (message) => events.onMessage(message));
    child.on("error", (error) => {
      if (child.pid !== undefined || failed) return;
      failed = true;
      events.onExit(error);
    });
    child.on("exit", (code, signal) => {
      const how = signal === null ? `code ${code}` : signal;
      events.onExit(new Error(`process ${child.pid} ended with ${how}`));
    });
    child.stdin.on("error", () => {}); // It has ended before it was told anything.
    child.stdin.end(workerCode());
    this.#child = child;
  }

  get id(): number {
    return this.#child.pid ?? 0;
  }

  post(message: ToWorker): void {
    // An error of the channel means that the process has ended, which is told apart.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  pack(value: unknown): unknown {
    return this.#packing.pack(value);
  }

  unpack(value: unknown): unknown {
    return this.#packing.unpack(value);
  }

  setRef(keepsAlive: boolean): void {
    if (keepsAlive === this.#isRef) return;
    this.#isRef = keepsAlive;
    const { channel } = this.#child;
    if (keepsAlive) {
      this.#child.ref();
      channel?.ref();
    } else {
      this.#child.unref();
      channel?.unref();
    }
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.#child.kill(signal);
  }
}

/** How values are made fit for the channel. */
interface Packing {
  pack(value: unknown): unknown;
  unpack(value: unknown): unknown;
}

/**
 * Values that cannot be cloned break the channel in the middle of a message, so all but the simplest
 * are cloned here first, into bytes. Travels as text: it uses no name from outside.
 */
function packing({ Serializer, Deserializer }: V8): Packing {
  /** What the host's own classes keep within, where V8 does not look: it would arrive empty. */
  const opaque =
    /^\[object (?:AbortSignal|Blob|CryptoKey|File|FormData|Headers|MessagePort|Request|Response|URL|\w+Stream|URLSearchParams)\]$/;

  function isSimple(value: unknown): boolean {
    return typeof value !== "object" && typeof value !== "symbol" && typeof value !== "function" ||
      value === null;
  }

  function checkNotOpaque(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null) return;
    const tag = Object.prototype.toString.call(value);
    if (opaque.test(tag)) throw new Error(`${tag} could not be cloned`);
    if (depth === 0 || tag !== "[object Object]" && tag !== "[object Array]") return;
    for (const inner of Object.values(value)) checkNotOpaque(inner, depth - 1);
  }

  return {
    pack(value) {
      if (isSimple(value)) return value;
      if (Array.isArray(value) && value.length < 10 && value.every(isSimple)) return [...value];
      checkNotOpaque(value, 3);
      const serializer = new Serializer();
      serializer.writeHeader();
      serializer.writeValue(value);
      return { bytes: serializer.releaseBuffer() };
    },
    unpack(value) {
      if (isSimple(value) || Array.isArray(value)) return value;
      const deserializer = new Deserializer((value as { bytes: Uint8Array }).bytes);
      deserializer.readHeader();
      return deserializer.readValue();
    },
  };
}

function workerCode(): string {
  return `${guardCode()}
const { pack, unpack } = (${packing})(process.getBuiltinModule("node:v8"));
const post = (message) => {
  try {
    if (process.connected) process.send(message, () => {});
  } catch {
    process.exit(); // Nobody listens any more.
  }
};
const receive = (${workerMain})({ post, pack, unpack });
process.on("message", receive);
process.on("disconnect", () => process.exit());
`;
}
