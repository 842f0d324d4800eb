// Copyright 2026 the asyncio authors. MIT license.

/**
 * Child processes: each another Deno, which gets its program through its standard input and its
 * calls through the channel of `node:child_process`.
 */

import type { Connection, ConnectionEvents } from "./_connection.ts";
import { encodeError } from "./_encode_error.ts";
import { builtin, denoCommand } from "./_host.ts";
import { type Packing, packing, v8 } from "./_packing.ts";
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
    this.#packing = packing(v8());
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
      if (child.connected) child.disconnect();
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
    // Not by disconnecting: now and then, a child in Deno 2.9.6 does not notice.
    if (this.#child.connected) this.#child.send("stop", () => {});
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.#child.kill(signal);
  }
}

function workerCode(): string {
  return `${guardCode()}
${encodeError}
const { pack, unpack } = (${packing})(process.getBuiltinModule("node:v8"));
const post = (message) => {
  try {
    if (process.connected) process.send(message, () => {});
  } catch {
    process.exit(); // Nobody listens any more.
  }
};
const receive = (${workerMain})({ post, pack, unpack }, encodeError);
process.on("message", (message) => message === "stop" ? process.exit() : receive(message));
process.on("disconnect", () => process.exit());
const exitAlone = () => process.connected && process.ppid === parent || process.exit();
const parent = process.ppid;
setInterval(exitAlone, 1000).unref?.(); // Now and then, the end of the channel goes unnoticed.
`;
}
