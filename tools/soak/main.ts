// Copyright 2026 the asyncio authors. MIT license.

/**
 * Streams under load and faults for minutes: `deno task soak [SECONDS] [SEED]`.
 *
 * Clients of every temper meet a server, plain and over TLS, each a few times: they echo, read slowly,
 * end halfway, break off, never read, are cancelled wherever they wait. Whoever is to get an answer
 * compares it byte by byte. At the end nothing may be open, no task alive, and no error may have reached
 * the exception handler that was not expected.
 *
 * @module
 */

import {
  allTasks,
  CancelledError,
  type Coroutine,
  fromPromise,
  getRunningLoop,
  IncompleteReadError,
  openConnection,
  type OpenConnectionOptions,
  run,
  type Server,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Task,
} from "@asyncio/asyncio";
import { authorityIdentity, localhost } from "../../tests/asyncio/_certificates.ts";

/** How many clients there are at a time. */
const CLIENTS = 40;

const TRUST = { ssl: { caCerts: [authorityIdentity.cert] }, serverHostname: "localhost" };

/** Numbers that look random, the same for the same seed. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `end`, without it. */
  below(end: number): number {
    // mulberry32
    let t = this.#state += 0x6d2b79f5;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) % end;
  }
}

/** What has happened, by name. */
const counts: Record<string, number> = {};

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

function isLost(error: unknown): boolean {
  const { BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset } = Deno.errors;
  return [BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset]
    .some((lost) => error instanceof lost) ||
    error instanceof IncompleteReadError ||
    // What TLS says of a connection that ends in its handshake, or in a record.
    /^E(PIPE|CONNRESET)$/.test((error as { code?: string } | null)?.code ?? "");
}

/** Sends back what comes. A client that breaks off is no error. */
function* echo(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  try {
    for (let data; (data = yield* reader.read(32 * 1024)).length > 0;) {
      writer.write(data);
      yield* writer.drain();
    }
  } catch (error) {
    if (!isLost(error)) throw error;
    count("connections lost by the server");
  } finally {
    writer.close();
  }
}

function pattern(size: number, first: number): Uint8Array {
  return new Uint8Array(size).map((_, i) => (first + i) % 249);
}

/** Sends bytes, and expects them back. */
function* exchange(
  reader: StreamReader,
  writer: StreamWriter,
  size: number,
  random: Random,
): Coroutine<void> {
  const data = pattern(size, random.below(249));
  const sending: Task<void> = getRunningLoop().createTask(function* () {
    writer.write(data);
    yield* writer.drain();
  });
  const slow = random.below(4) === 0;
  for (let received = 0; received < size;) {
    const piece = yield* reader.read(1 + random.below(64 * 1024));
    if (piece.length === 0) throw new IncompleteReadError(piece, size);
    if (piece.some((byte, i) => byte !== data[received + i])) throw new Error("other bytes");
    received += piece.length;
    if (slow) yield* sleep(0.001);
  }
  yield* sending;
  count("exchanges");
}

/** One client, from its connection to its end. */
function* client(server: Server, options: OpenConnectionOptions, random: Random): Coroutine<void> {
  const [host, port] = server.sockets[0].getsockname();
  let writer: StreamWriter | null = null;
  try {
    const [reader, opened] = yield* openConnection(host, port, options);
    writer = opened;
    const size = 1 + random.below(2) * random.below(1_000_000) + random.below(1000);
    const temper = random.below(8);
    if (temper < 4) {
      yield* exchange(reader, writer, size, random);
    } else if (temper === 4) {
      writer.write(pattern(size, 0));
      if (writer.canWriteEof()) writer.writeEof();
      else return;
      const back = yield* reader.read();
      if (back.length !== size) throw new IncompleteReadError(back, size);
      count("half-closed");
    } else if (temper === 5) {
      writer.write(pattern(size, 0));
      yield* sleep(random.below(10) / 1000);
      writer.transport.abort();
      count("broken off");
    } else if (temper === 6) {
      writer.transport.pauseReading();
      writer.write(pattern(3_000_000, 0));
      yield* sleep(random.below(50) / 1000);
      writer.transport.abort();
      count("never read");
    } else {
      for (let i = random.below(10); i > 0; i--) yield* exchange(reader, writer, 64, random);
    }
    writer.close();
    yield* writer.waitClosed();
  } catch (error) {
    if (!isLost(error)) throw error;
    count("connections lost by clients");
  } finally {
    writer?.close();
  }
}

/** Client after client, some of them cancelled somewhere. */
function* visit(
  server: Server,
  options: OpenConnectionOptions,
  random: Random,
  end: number,
): Coroutine<void> {
  const loop = getRunningLoop();
  while (loop.time() < end) {
    const task = loop.createTask(client(server, options, random));
    if (random.below(5) === 0) {
      loop.callLater(random.below(20) / 1000, () => task.cancel());
    }
    try {
      yield* task;
    } catch (error) {
      if (!(error instanceof CancelledError) || !task.cancelled()) throw error;
      count("cancelled");
    }
  }
}

function* waitUntil(so: () => boolean): Coroutine<void> {
  for (let i = 0; i < 2000 && !so(); i++) yield* sleep(0.005);
}

function* main(seconds: number, seed: number): Coroutine<void> {
  const loop = getRunningLoop();
  const reported: unknown[] = [];
  loop.setExceptionHandler((_, context) => reported.push(context));
  const descriptors = countDescriptors();
  const plain = yield* startServer(echo, "127.0.0.1", 0, { backlog: 1000 });
  const ssl = { cert: localhost.cert, key: localhost.key };
  const encrypted = yield* startServer(echo, "127.0.0.1", 0, { ssl, sslShutdownTimeout: 5 });
  const end = loop.time() + seconds;
  const visitors = Array.from({ length: CLIENTS }, (_, i) => {
    const random = new Random(seed + i);
    return loop.createTask(
      i % 3 === 0
        ? visit(encrypted, { ...TRUST, sslShutdownTimeout: 5 }, random, end)
        : visit(plain, {}, random, end),
    );
  });
  for (const visitor of visitors) yield* visitor;
  for (const server of [plain, encrypted]) {
    server.close();
    yield* server.waitClosed();
  }
  yield* waitUntil(() => allTasks().size === 1 && countDescriptors() <= descriptors);
  yield* fromPromise(Promise.resolve());
  console.log(counts);
  const left = [...allTasks()].filter((task) => task.getName() !== "Task-1");
  const more = countDescriptors() - descriptors;
  console.log({ reported: reported.length, tasksLeft: left.length, descriptorsLeft: more });
  console.log(`resident: ${Math.round(Deno.memoryUsage().rss / 1e6)} MB`);
  if (reported.length > 0 || left.length > 0 || more > 0) {
    console.error(reported.slice(0, 5), left.map(String));
    Deno.exit(1);
  }
}

/** How many descriptors this process has open, where the system tells. */
function countDescriptors(): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    return 0;
  }
}

const seconds = Number(Deno.args[0] ?? 120);
const seed = Number(Deno.args[1] ?? Date.now() % 1e9);
console.log(`${seconds} s, seed ${seed}`);
await run(main(seconds, seed));
