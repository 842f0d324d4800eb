// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server that echoes, and clients of every temper.
 *
 * @module
 */

import {
  type Coroutine,
  getRunningLoop,
  IncompleteReadError,
  sleep,
  type StreamReader,
  type StreamWriter,
  type Task,
} from "@asyncio/asyncio";
import type { SocketAddress } from "@asyncio/asyncio/selectors";

/** Numbers that look random, the same for the same seed. */
export class Random {
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
export const counts: Record<string, number> = {};

/** Counts one more of something. */
export function count(what: string, howMany = 1): void {
  counts[what] = (counts[what] ?? 0) + howMany;
}

/** Whether an error says that the other end has gone. */
function isLost(error: unknown): boolean {
  const { BrokenPipe, ConnectionAborted, ConnectionReset } = Deno.errors;
  return [BrokenPipe, ConnectionAborted, ConnectionReset].some((lost) => error instanceof lost) ||
    // What TLS says of a connection that ends in its handshake, or in a record.
    /^E(PIPE|CONNRESET)$/.test((error as { code?: string } | null)?.code ?? "");
}

/** Sends back what comes. A client that breaks off is no error. */
export function* echo<A extends SocketAddress>(
  reader: StreamReader,
  writer: StreamWriter<A>,
): Coroutine<void> {
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

/** The bytes from `start` to `end` of an endless pattern. */
function pattern(start: number, end: number): Uint8Array {
  const data = new Uint8Array(end - start);
  for (let i = 0; i < data.length; i++) data[i] = (start + i) % 249;
  return data;
}

/** Expects the bytes of the pattern, in pieces of any size. */
function* expect(
  reader: StreamReader,
  start: number,
  size: number,
  random: Random,
): Coroutine<void> {
  const slow = random.below(4) === 0;
  for (let received = 0; received < size;) {
    const piece = yield* reader.read(Math.min(1 + random.below(64 * 1024), size - received));
    if (piece.length === 0) throw new IncompleteReadError(piece, size - received);
    const at = start + received;
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] !== (at + i) % 249) {
        throw new Error(`another byte at ${received + i} of ${size}`);
      }
    }
    received += piece.length;
    if (slow) yield* sleep(0.001);
  }
  count("bytes compared", size);
}

/** Sends bytes, and expects them back. */
function* exchange<A extends SocketAddress>(
  reader: StreamReader,
  writer: StreamWriter<A>,
  size: number,
  random: Random,
): Coroutine<void> {
  const start = random.below(249);
  const sending: Task<void> = getRunningLoop().createTask(function* () {
    writer.write(pattern(start, start + size));
    yield* writer.drain();
  });
  yield* expect(reader, start, size, random);
  yield* sending;
  count("exchanges");
}

/** Ends what it sends before it has read anything; then reads all, to the end. */
function* halfClose<A extends SocketAddress>(
  reader: StreamReader,
  writer: StreamWriter<A>,
  size: number,
  random: Random,
): Coroutine<void> {
  writer.write(pattern(0, size));
  writer.writeEof();
  yield* expect(reader, 0, size, random);
  const rest = yield* reader.read();
  if (rest.length > 0) throw new Error(`${rest.length} bytes more than were sent`);
  count("half-closed");
}

/**
 * One client, from its connection to its end. Those who behave lose no connection and no byte: that is
 * an error. Those who break off may meet what they have done.
 */
export function* client<A extends SocketAddress>(
  [reader, writer]: readonly [StreamReader, StreamWriter<A>],
  random: Random,
): Coroutine<void> {
  const size = 1 + random.below(2) * random.below(1_000_000) + random.below(1000);
  const temper = random.below(8);
  try {
    if (temper < 4) {
      yield* exchange(reader, writer, size, random);
    } else if (temper === 4) {
      if (writer.canWriteEof()) yield* halfClose(reader, writer, size, random);
    } else if (temper === 5) {
      writer.write(pattern(0, size));
      yield* sleep(random.below(10) / 1000);
      // What was not read yet makes it a reset.
      writer.transport.abort();
      count("broken off");
    } else if (temper === 6) {
      writer.transport.pauseReading();
      writer.write(pattern(0, 3_000_000));
      yield* sleep(random.below(50) / 1000);
      writer.transport.abort();
      count("never read");
    } else {
      for (let i = random.below(10); i > 0; i--) yield* exchange(reader, writer, 64, random);
    }
    writer.close();
    yield* writer.waitClosed();
  } catch (error) {
    if (!isLost(error) || temper < 5 || temper > 6) throw error;
  } finally {
    // After close(), who leaves in the middle would wait until the server reads, and the server until
    // somebody reads its answers.
    writer.transport.abort();
  }
}
