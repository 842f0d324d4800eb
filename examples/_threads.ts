// Copyright 2026 the asyncio authors. MIT license.

/**
 * Threads and blocking sockets, for the programs that begin with those: Python's `threading.Thread`
 * and `socket`, as far as the documents use them.
 *
 * Deno has neither. Its threads are Workers, which share no variable, and its sockets never block and
 * cannot be handed from one Worker to another. So the main thread plays the operating system here: it
 * owns all sockets and threads, and is asynchronous inside, as a kernel is. A thread makes system
 * calls: it posts what it wants, falls asleep in `Atomics.wait`, and is woken when the answer lies in
 * the memory that both share. While it sleeps it can do nothing else: that is blocking I/O.
 *
 * It costs what it shows: see thread_cost.ts.
 *
 * @module
 */

/** `[host, port]`. */
export type Address = [host: string, port: number];

/** What a thread runs: an exported function of a module, and what it is called with. */
export interface ThreadStart {
  readonly module: string;
  readonly target: string;
  readonly args: readonly unknown[];
}

/** A system call, as it is posted. */
interface SystemCall {
  readonly name: keyof OperatingSystem;
  readonly args: readonly unknown[];
}

/** An error, as it is posted. */
interface PostedError {
  readonly name: string;
  readonly message: string;
}

/** How a thread ends. */
interface ThreadEnd {
  readonly result?: unknown;
  readonly error?: PostedError;
}

type Message = { readonly call: SystemCall } | { readonly end: ThreadEnd };

// The memory that a thread shares with the operating system: two numbers, then the answer.
const STATE = 0;
const LENGTH = 1;
const HEADER = 8;
const ANSWER_SIZE = 64 * 1024;
const [WAITING, ANSWERED, FAILED] = [0, 1, 2];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// What a thread sees.

let memory: SharedArrayBuffer | undefined;

/** Makes a system call: sleeps until it is answered. */
function systemCall(name: keyof OperatingSystem, ...args: unknown[]): Uint8Array {
  if (memory === undefined) throw new Error("only a thread may block: see runThread()");
  const header = new Int32Array(memory, 0, 2);
  header[STATE] = WAITING;
  post({ call: { name, args } });
  Atomics.wait(header, STATE, WAITING);
  const answer = new Uint8Array(memory, HEADER, header[LENGTH]!).slice();
  if (header[STATE] === FAILED) throw revived(JSON.parse(decoder.decode(answer)));
  return answer;
}

/** The other end has broken the connection. Python's `ConnectionError`. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

const CONNECTION_ERRORS = ["ConnectionReset", "ConnectionAborted", "BrokenPipe"];

function revived({ name, message }: PostedError): Error {
  if (CONNECTION_ERRORS.includes(name)) return new ConnectionError(message);
  return Object.assign(new Error(message), { name });
}

function post(message: Message): void {
  (globalThis as unknown as Worker).postMessage(message);
}

/** A blocking socket. Python's `socket.socket`. */
export class BlockingSocket {
  /** @param fd What the operating system knows it by. */
  constructor(readonly fd: number) {}

  /** Waits for a connection. */
  accept(): [BlockingSocket, Address] {
    const { fd, address } = JSON.parse(decoder.decode(systemCall("accept", this.fd)));
    return [new BlockingSocket(fd), address];
  }

  /** Waits for bytes, `size` at most. None: the other end is closed. */
  recv(size: number): Uint8Array {
    return systemCall("recv", this.fd, Math.min(size, ANSWER_SIZE));
  }

  /** Sends all that it is given. */
  send(data: string | Uint8Array): void {
    systemCall("send", this.fd, data);
  }

  /** Says that it will send no more. Python's `shutdown(SHUT_WR)`. */
  shutdown(): void {
    systemCall("shutdown", this.fd);
  }

  /** Where it listens. */
  getsockname(): Address {
    return JSON.parse(decoder.decode(systemCall("getsockname", this.fd)));
  }

  /** Closes it. */
  close(): void {
    systemCall("close", this.fd);
  }

  /** Closes it at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A listening socket. Python's `socket.create_server`. */
export function createServer(address: Address): BlockingSocket {
  return new BlockingSocket(JSON.parse(decoder.decode(systemCall("listen", address))));
}

/** A connected socket. Python's `socket.create_connection`. */
export function createConnection(address: Address): BlockingSocket {
  return new BlockingSocket(JSON.parse(decoder.decode(systemCall("connect", address))));
}

/** Does nothing for so many seconds. Python's `time.sleep`. */
export function sleep(seconds: number): void {
  systemCall("sleep", seconds);
}

/** Starts a daemon thread, which ends with the program at the latest. Python's `threading.Thread`. */
export function startThread(module: string, target: string, ...args: unknown[]): void {
  systemCall("startThread", { module, target, args: args.map(packed) });
}

/** A socket cannot be posted, but its descriptor can. */
function packed(arg: unknown): unknown {
  return arg instanceof BlockingSocket ? { fd: arg.fd } : arg;
}

function unpacked(arg: unknown): unknown {
  const isSocket = typeof arg === "object" && arg !== null && "fd" in arg;
  return isSocket ? new BlockingSocket(arg.fd as number) : arg;
}

/** The life of a thread, in the Worker of _thread_worker.ts. */
export async function liveThread(start: ThreadStart, shared: SharedArrayBuffer): Promise<void> {
  memory = shared;
  try {
    const module = await import(start.module);
    post({ end: { result: module[start.target](...start.args.map(unpacked)) } });
  } catch (error) {
    const { name, message } = error as Error;
    post({ end: { error: { name, message } } });
  }
}

// What the main thread does.

/**
 * Runs a thread, and those that it starts, until it returns; or until the signal aborts, which closes
 * all sockets and ends all threads.
 *
 * @returns What the function returns; `undefined` after the signal.
 */
export async function runThread<T>(
  start: ThreadStart,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const system = new OperatingSystem();
  const stop = () => system.stop();
  signal?.addEventListener("abort", stop);
  try {
    return await system.run(start) as T;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    system.stop();
  }
}

/** All sockets and threads of a program. Its public methods are the system calls. */
class OperatingSystem {
  readonly #sockets = new Map<number, Deno.Listener | Deno.Conn>();
  readonly #stopping = Promise.withResolvers<never>();
  #stopped: Error | null = null;
  #lastFd = 2;

  constructor() {
    this.#stopping.promise.catch(() => {}); // Nobody need be waiting when it stops.
  }

  async run({ module, target, args }: ThreadStart): Promise<unknown> {
    const url = new URL("_thread_worker.ts", import.meta.url);
    Deno.statSync(url); // Without the permission, it is better to hear it here than from the Worker
    const thread = new Worker(url, { type: "module" });
    const shared = new SharedArrayBuffer(HEADER + ANSWER_SIZE);
    const ended = Promise.withResolvers<unknown>();
    thread.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("call" in data) return this.#answer(data.call, shared);
      thread.terminate();
      const { error, result } = data.end;
      if (error) ended.reject(revived(error));
      else ended.resolve(result);
    };
    thread.postMessage({ start: { module, target, args }, shared });
    return await ended.promise;
  }

  /** Wakes all threads: to each, the call that it waits for fails. */
  stop(): void {
    this.#stopped = new Deno.errors.Interrupted("The program is stopped");
    this.#stopping.reject(this.#stopped);
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  async #answer({ name, args }: SystemCall, shared: SharedArrayBuffer): Promise<void> {
    const call = this[name] as (...args: unknown[]) => unknown;
    let state = ANSWERED;
    let answer: unknown;
    try {
      answer = await Promise.race([call.apply(this, [...args]), this.#stopping.promise]);
    } catch (error) {
      state = FAILED;
      answer = { name: (error as Error).name, message: (error as Error).message };
    }
    const bytes = answer instanceof Uint8Array
      ? answer
      : encoder.encode(JSON.stringify(answer ?? null));
    new Uint8Array(shared, HEADER).set(bytes);
    const header = new Int32Array(shared, 0, 2);
    header[LENGTH] = bytes.length;
    Atomics.store(header, STATE, state);
    Atomics.notify(header, STATE);
  }

  listen(address: Address): number {
    return this.#open(Deno.listen(toDeno(address)));
  }

  async connect(address: Address): Promise<number> {
    return this.#open(await Deno.connect(toDeno(address)));
  }

  async accept(fd: number): Promise<{ fd: number; address: Address }> {
    while (true) {
      try {
        const conn = await this.#socket<Deno.Listener>(fd).accept();
        return { fd: this.#open(conn), address: addressOf(conn.remoteAddr) };
      } catch (error) {
        // Who has gone already is not worth mentioning.
        if (!(error instanceof Deno.errors.NotConnected)) throw error;
      }
    }
  }

  async recv(fd: number, size: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(size);
    return buffer.subarray(0, await this.#socket<Deno.Conn>(fd).read(buffer) ?? 0);
  }

  async send(fd: number, data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#socket<Deno.Conn>(fd).write(bytes.subarray(sent));
    }
  }

  async shutdown(fd: number): Promise<void> {
    await this.#socket<Deno.Conn>(fd).closeWrite();
  }

  getsockname(fd: number): Address {
    return addressOf(this.#socket<Deno.Listener>(fd).addr);
  }

  close(fd: number): void {
    this.#sockets.get(fd)?.close();
    this.#sockets.delete(fd);
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      Deno.unrefTimer(setTimeout(resolve, seconds * 1000)); // The sleeper keeps the program alive.
    });
  }

  startThread(start: ThreadStart): void {
    this.run(start).catch((error: Error) => {
      // Nobody waits for a daemon. That it was stopped is no news.
      if (error.name !== "Interrupted") console.error(`Thread ${start.target}: ${error.message}`);
    });
  }

  #open(socket: Deno.Listener | Deno.Conn): number {
    this.#sockets.set(++this.#lastFd, socket);
    return this.#lastFd;
  }

  #socket<S extends Deno.Listener | Deno.Conn>(fd: number): S {
    const socket = this.#sockets.get(fd);
    if (socket === undefined) {
      throw this.#stopped ?? new Deno.errors.BadResource("Bad file descriptor");
    }
    return socket as S;
  }
}

/** As the library does: the local host is asked for by its IPv4 address. */
function toDeno([host, port]: Address): { hostname: string; port: number } {
  return { hostname: host === "localhost" ? "127.0.0.1" : host, port };
}

function addressOf(addr: Deno.Addr): Address {
  const { hostname, port } = addr as Deno.NetAddr;
  return [hostname, port];
}
