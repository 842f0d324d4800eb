// Copyright 2026 the asyncio authors. MIT license.

/**
 * Threads and blocking sockets without a main thread that carries out their system calls: a
 * `NativeSocket` blocks whichever thread calls it, the main one as well.
 *
 * A thread is a Worker still, and shares no variable. But a descriptor is the whole process's: a socket
 * is handed to a thread by its number, and the thread makes it a socket again. A thread that blocks
 * hears of nothing else, no signal either: Ctrl-C ends the program at once, whatever its threads do.
 *
 * @module
 */

import { NativeSocket, SO_REUSEADDR, SOL_SOCKET } from "@asyncio/asyncio/selectors";

const WORKER = new URL("_native_thread_worker.ts", import.meta.url);

/** `[host, port]`. */
export type Address = [host: string, port: number];

/** What a thread runs: an exported function of a module, and what it is called with. */
export interface ThreadStart {
  readonly module: string;
  readonly target: string;
  readonly args: readonly unknown[];
}

/** A listening socket. Python's `socket.create_server`. */
export function createServer(address: Address): NativeSocket {
  const server = new NativeSocket();
  try {
    server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    server.bind(address);
    server.listen();
    return server;
  } catch (error) {
    server.close();
    throw error;
  }
}

/** A connected socket. Python's `socket.create_connection`. */
export function createConnection(address: Address): NativeSocket {
  const sock = new NativeSocket();
  try {
    sock.connect(address);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

/** Does nothing for so many seconds. Python's `time.sleep`. */
export function sleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

/** Throws unless threads can be started: it is better to hear it here than from a Worker. */
export function requireThreads(): void {
  for (const file of [WORKER, new URL("../selectors/mod.ts", import.meta.url)]) Deno.statSync(file);
}

/**
 * Starts a daemon thread, which ends with the program at the latest. Python's `threading.Thread`. A
 * socket among the arguments is the thread's from then on.
 */
export function startThread(module: string, target: string, ...args: unknown[]): void {
  const start: ThreadStart = { module, target, args: args.map(packed) };
  new Worker(WORKER, { type: "module" }).postMessage(start);
}

function packed(arg: unknown): unknown {
  return arg instanceof NativeSocket ? { fd: arg.detach() } : arg;
}

function unpacked(arg: unknown): unknown {
  const isSocket = typeof arg === "object" && arg !== null && "fd" in arg;
  return isSocket ? new NativeSocket(undefined, undefined, 0, arg.fd as number) : arg;
}

/** The life of a thread, in the Worker of _native_thread_worker.ts. */
export async function liveThread({ module, target, args }: ThreadStart): Promise<void> {
  try {
    const functions = await import(module);
    functions[target](...args.map(unpacked));
  } catch (error) {
    console.error(`Thread ${target}: ${(error as Error).message}`);
  }
}
