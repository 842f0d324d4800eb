// Copyright 2026 the asyncio authors. MIT license.

import { type SocketAddress, ValueError } from "../../selectors/mod.ts";
import {
  type AbstractEventLoop,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  Future,
  getEventLoop,
  inspectAsText,
  PrimitiveCoroutine,
  repr,
  RuntimeError,
} from "../../coroutines/mod.ts";
import { ByteQueue } from "../transports/_byte_queue.ts";
import { IncompleteReadError, LimitOverrunError } from "../exceptions.ts";
import type { ReadTransport } from "../transports/transports.ts";
import { wanted } from "../transports/_wanted.ts";
import { replaceTransport } from "./_write_gate.ts";

/** How long a line may be, and half of what is buffered, in bytes. */
export const DEFAULT_LIMIT: number = 64 * 1024;

/**
 * Who waits for as many bytes as this is given them in one array. For less it pays to receive all there
 * is, and to cut: a turn of the loop costs as much as to copy so many. Bench: `oneway`.
 */
const MANY = 16 * 1024;

const NEWLINE = new Uint8Array([10]);
const encoder = new TextEncoder();

/**
 * Options of {@linkcode StreamReader}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader}
 */
export interface StreamReaderOptions {
  /** The loop of those who wait. Default: the current one. */
  loop?: AbstractEventLoop | null | undefined;
}

/**
 * What ends a piece of a stream: bytes, or a string for its UTF-8.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readuntil}
 */
export type Separator = Uint8Array | string;

/** Separators to look for all at once, and the length of the longest. */
interface Separators {
  readonly all: readonly Uint8Array[];
  readonly longest: number;
}

const NEWLINES: Separators = { all: [NEWLINE], longest: NEWLINE.length };

/**
 * The receiving end of a stream of bytes.
 *
 * One reader at a time. What has arrived is buffered, up to twice `limit`; beyond that the other end
 * is kept waiting. The bytes that a method returns are the caller's own: to keep, to change, to transfer.
 *
 * @example Usage
 * ```ts
 * import { run, StreamReader } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const reader = new StreamReader();
 *   reader.feedData(new TextEncoder().encode("one\ntwo"));
 *   reader.feedEof();
 *   const decoder = new TextDecoder();
 *   assertEquals(decoder.decode(yield* reader.readline()), "one\n");
 *   assertEquals(decoder.decode(yield* reader.read()), "two");
 *   assertEquals(reader.atEof(), true);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader}
 */
export class StreamReader {
  // Invariants: #waiter is set exactly while a coroutine waits for bytes; then the buffer does not
  // hold what it wants. #paused: this reader has paused the transport.
  readonly #limit: number;
  readonly #loop: AbstractEventLoop;
  readonly #buffer = new ByteQueue();
  #eof = false;
  #error: unknown = null;
  #waiter: Future<void> | null = null;
  /** How many bytes the buffer is to hold for who waits; 0 if that is not known. */
  #target = 0;
  #transport: ReadTransport<SocketAddress> | null = null;
  #paused = false;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * A reader with nothing in it.
   *
   * @param limit The longest line, and half the size of the buffer, in bytes. Default: 64 KiB.
   * @param options The `loop`.
   * @throws {ValueError} If `limit` is not positive.
   * @throws {RuntimeError} If there is no current event loop.
   */
  constructor(limit: number = DEFAULT_LIMIT, options: StreamReaderOptions = {}) {
    checkLimit(limit);
    this.#limit = limit;
    this.#loop = options.loop ?? getEventLoop();
  }

  /** The error that broke the stream; `null` for none. */
  exception(): unknown {
    return this.#error;
  }

  /**
   * Breaks the stream: whoever reads gets the error.
   *
   * @param error The error.
   */
  setException(error: unknown): void {
    this.#error = error;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter !== null && !waiter.done()) waiter.setException(error);
  }

  /**
   * Names the transport that is to be paused when the buffer is full.
   *
   * @param transport The transport.
   * @throws {RuntimeError} If there is one already.
   */
  setTransport(transport: ReadTransport<SocketAddress>): void {
    if (this.#transport !== null) throw new RuntimeError("Transport already set");
    this.#transport = transport;
  }

  /**
   * For its protocol: the stream goes on over another transport.
   *
   * @ignore
   */
  [replaceTransport](transport: ReadTransport<SocketAddress>): void {
    this.#transport = transport;
    if (this.#paused) transport.pauseReading();
  }

  /**
   * For its protocol: how many bytes are to be fed at once.
   *
   * @ignore
   */
  get [wanted](): number {
    if (this.#waiter === null || this.#target < MANY) return 0;
    return this.#target - this.#buffer.length;
  }

  /** Ends the stream after the bytes that are buffered. */
  feedEof(): void {
    this.#eof = true;
    this.#wakeUp();
  }

  /** Whether the stream has ended and all of it has been read. */
  atEof(): boolean {
    return this.#eof && this.#buffer.length === 0;
  }

  /**
   * Adds bytes to the buffer.
   *
   * @param data The bytes; they belong to the reader from then on.
   * @throws {RuntimeError} If the stream has ended.
   */
  feedData(data: Uint8Array | string): void {
    if (this.#eof) throw new RuntimeError("feedData after feedEof");
    if (data.length === 0) return;
    this.#buffer.push(typeof data === "string" ? encoder.encode(data) : data);
    this.#wakeUp();
    if (this.#transport === null || this.#paused || this.#buffer.length <= 2 * this.#limit) return;
    this.#paused = true;
    this.#transport.pauseReading();
  }

  /**
   * Reads up to `size` bytes, as soon as there are any.
   *
   * @param size The most to read, in bytes; everything to the end of the stream if negative. Default:
   *   -1.
   * @returns A coroutine giving the bytes; none at the end of the stream.
   * @throws What broke the stream.
   * @throws {TypeError} If `size` is no integer.
   * @throws {RuntimeError} If another coroutine is reading.
   */
  read(size = -1): CoroutineObject<Uint8Array<ArrayBuffer>> {
    return size < 0 ? StreamReader.#readAll(this) : new StreamReader.#Read(this, size);
  }

  // Not a generator: those who wait to read are most of what a large server is made of.
  static readonly #Read = class
    extends PrimitiveCoroutine<Uint8Array<ArrayBuffer>, StreamReader, Future<void>> {
    readonly #size: number;

    static {
      this.named("read");
    }

    constructor(reader: StreamReader, size: number) {
      super(reader);
      this.#size = size;
    }

    override begin(): Future<void> | null {
      const reader = this.owner;
      const size = this.#size;
      checkSize(size);
      if (reader.#error !== null) throw reader.#error;
      const isEmpty = size > 0 && reader.#buffer.length === 0 && !reader.#eof;
      return isEmpty ? reader.#beginWait("read", size) : null;
    }

    override woken(): null {
      this.owner.#waiter = null;
      return null;
    }

    override giveUp(): void {
      this.owner.#waiter = null;
    }

    override finish(): Uint8Array<ArrayBuffer> {
      const reader = this.owner;
      if (this.#size === 0) return new Uint8Array(0);
      const data = reader.#buffer.take(this.#size);
      reader.#resumeIfPossible();
      return data;
    }
  };

  // What comes is gathered in the buffer: who is cancelled leaves it to the next reader.
  static readonly #readAll = coroutine(
    function* read(reader: StreamReader): Coroutine<Uint8Array<ArrayBuffer>> {
      if (reader.#error !== null) throw reader.#error;
      const buffer = reader.#buffer;
      while (!reader.#eof) yield* reader.#waitForData("read");
      const data = buffer.take(buffer.length);
      reader.#resumeIfPossible();
      return data;
    },
  );

  /**
   * Reads a line: up to and with the next newline, or what is left at the end of the stream.
   *
   * @returns A coroutine giving the line; no bytes at the end of the stream.
   * @throws {ValueError} If the line is longer than the limit. It is dropped, or as much of it as
   *   has arrived.
   * @throws What broke the stream.
   * @throws {RuntimeError} If another coroutine is reading.
   */
  readline(): CoroutineObject<Uint8Array<ArrayBuffer>> {
    return StreamReader.#readline(this);
  }

  static readonly #readline = coroutine(
    function* readline(reader: StreamReader): Coroutine<Uint8Array<ArrayBuffer>> {
      // Mostly a line is here already.
      const length = reader.#buffer.indexInFront(NEWLINE[0]!) + 1;
      if (length > 0 && length <= reader.#limit && reader.#error === null) {
        const line = reader.#buffer.take(length);
        reader.#resumeIfPossible();
        return line;
      }
      try {
        return yield* reader.#readThrough(NEWLINES);
      } catch (error) {
        if (error instanceof IncompleteReadError) return error.partial;
        if (!(error instanceof LimitOverrunError)) throw error;
        reader.#dropLine(error.consumed);
        throw new ValueError(error.message);
      }
    },
  );

  /** Drops a line that is too long: with its newline if that is known, else all there is. */
  #dropLine(length: number): void {
    if (this.#buffer.indexOf(NEWLINE, length) === length) {
      this.#buffer.drop(length + NEWLINE.length);
    } else this.#buffer.clear();
    this.#resumeIfPossible();
  }

  /**
   * Reads up to and with a separator.
   *
   * @param separator The separator, or several of them: then the shortest piece that ends in one.
   *   Default: a line feed.
   * @returns A coroutine giving the bytes, separator included.
   * @throws {IncompleteReadError} If the stream ends before; `partial` has what was there.
   * @throws {LimitOverrunError} If the piece is longer than the limit; the bytes stay in the buffer.
   * @throws {ValueError} If a separator is empty, or there is none.
   * @throws {TypeError} If it is neither bytes nor a string.
   * @throws What broke the stream.
   * @throws {RuntimeError} If another coroutine is reading.
   */
  readuntil(
    separator: Separator | readonly Separator[] = NEWLINE,
  ): CoroutineObject<Uint8Array<ArrayBuffer>> {
    return StreamReader.#readuntil(this, separator);
  }

  static readonly #readuntil = coroutine(
    function* readuntil(
      reader: StreamReader,
      separator: Separator | readonly Separator[],
    ): Coroutine<Uint8Array<ArrayBuffer>> {
      return yield* reader.#readThrough(toSeparators(separator));
    },
  );

  *#readThrough(separators: Separators): Coroutine<Uint8Array<ArrayBuffer>> {
    if (this.#error !== null) throw this.#error;
    const buffer = this.#buffer;
    // There is no separator before here. The last bytes may be the beginning of one.
    let searched = 0;
    for (;;) {
      const found = findFirst(buffer, separators, searched);
      if (found !== null) {
        if (found.start > this.#limit) {
          const text = "Separator is found, but chunk is longer than limit";
          throw new LimitOverrunError(text, found.start);
        }
        const data = buffer.take(found.end);
        this.#resumeIfPossible();
        return data;
      }
      searched = Math.max(0, buffer.length + 1 - separators.longest);
      if (searched > this.#limit) {
        const text = "Separator is not found, and chunk exceed the limit";
        throw new LimitOverrunError(text, searched);
      }
      if (this.#eof) throw new IncompleteReadError(buffer.take(buffer.length), null);
      yield* this.#waitForData("readuntil");
    }
  }

  /**
   * Reads exactly `size` bytes.
   *
   * @param size How many.
   * @returns A coroutine giving the bytes.
   * @throws {IncompleteReadError} If the stream ends before; `partial` has what was there.
   * @throws {ValueError} If `size` is negative.
   * @throws {TypeError} If it is no integer.
   * @throws What broke the stream.
   * @throws {RuntimeError} If another coroutine is reading.
   */
  readexactly(size: number): CoroutineObject<Uint8Array<ArrayBuffer>> {
    return StreamReader.#readexactly(this, size);
  }

  static readonly #readexactly = coroutine(
    function* readexactly(reader: StreamReader, size: number): Coroutine<Uint8Array<ArrayBuffer>> {
      if (size < 0) throw new ValueError("readexactly size can not be less than zero");
      checkSize(size);
      if (reader.#error !== null) throw reader.#error;
      if (size === 0) return new Uint8Array(0);
      const buffer = reader.#buffer;
      while (buffer.length < size) {
        if (reader.#eof) throw new IncompleteReadError(buffer.take(buffer.length), size);
        yield* reader.#waitForData("readexactly", size);
      }
      const data = buffer.take(size);
      reader.#resumeIfPossible();
      return data;
    },
  );

  /**
   * The lines, one after the other, to the end of the stream: `for await (const line of reader)`.
   *
   * @returns The iterator.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    // What next() gives is no native promise, so that a task cancelled in it stops reading.
    const next = () =>
      StreamReader.#next(this) as unknown as Promise<IteratorResult<Uint8Array<ArrayBuffer>>>;
    return {
      next,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  static readonly #next = coroutine(
    function* next(reader: StreamReader): Coroutine<IteratorResult<Uint8Array<ArrayBuffer>>> {
      const line = yield* StreamReader.#readline(reader);
      return line.length > 0 ? { done: false, value: line } : { done: true, value: undefined };
    },
  );

  /** Python's repr: `<StreamReader 5 bytes eof>`. */
  toString(): string {
    const words = ["StreamReader"];
    if (this.#buffer.length > 0) words.push(`${this.#buffer.length} bytes`);
    if (this.#eof) words.push("eof");
    if (this.#limit !== DEFAULT_LIMIT) words.push(`limit=${this.#limit}`);
    if (this.#waiter !== null) words.push(`waiter=${this.#waiter}`);
    if (this.#error !== null) words.push(`exception=${repr(this.#error)}`);
    if (this.#transport !== null) words.push(`transport=${this.#transport}`);
    if (this.#paused) words.push("paused");
    return `<${words.join(" ")}>`;
  }

  *#waitForData(method: string, target = 0): Coroutine<void> {
    const waiter = this.#beginWait(method, target);
    try {
      yield* waiter;
    } finally {
      this.#waiter = null;
    }
  }

  /** What the next bytes, or the end, will wake. */
  #beginWait(method: string, target: number): Future<void> {
    if (this.#waiter !== null) {
      throw new RuntimeError(
        `${method}() called while another coroutine is already waiting for incoming data`,
      );
    }
    // It may have come together with bytes that were not enough.
    if (this.#error !== null) throw this.#error;
    // Who waits for more than the buffer holds would wait for ever on a paused transport.
    if (this.#paused) this.#resume();
    this.#target = target;
    return this.#waiter = new Future<void>({ loop: this.#loop });
  }

  #wakeUp(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter !== null && !waiter.done()) waiter.setResult();
  }

  #resumeIfPossible(): void {
    if (this.#paused && this.#buffer.length <= this.#limit) this.#resume();
  }

  #resume(): void {
    this.#paused = false;
    this.#transport!.resumeReading();
  }
}

/** Refuses a limit that is not positive. */
export function checkLimit(limit: number): void {
  if (!(limit > 0)) throw new ValueError("Limit cannot be <= 0");
}

function checkSize(size: number): void {
  if (Number.isInteger(size)) return;
  throw new TypeError(`the number of bytes must be an integer, not ${repr(size)}`);
}

function toSeparators(separator: Separator | readonly Separator[]): Separators {
  const all = (Array.isArray(separator) ? separator : [separator]).map(toBytes);
  if (all.length === 0) throw new ValueError("Separator should contain at least one element");
  return { all, longest: Math.max(...all.map(({ length }) => length)) };
}

function toBytes(separator: Separator): Uint8Array {
  const bytes = typeof separator === "string" ? encoder.encode(separator) : separator;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`a separator must be a Uint8Array or a string, not ${repr(separator)}`);
  }
  if (bytes.length === 0) throw new ValueError("Separator should be at least one-byte string");
  return bytes;
}

/**
 * The separator that ends first, at `from` or later, and of several the shortest; `null` if there is
 * none.
 */
function findFirst(
  buffer: ByteQueue,
  separators: Separators,
  from: number,
): { start: number; end: number } | null {
  let first = null;
  for (const separator of separators.all) {
    const start = buffer.indexOf(separator, from);
    if (start < 0) continue;
    const end = start + separator.length;
    if (first === null || end < first.end || end === first.end && start > first.start) {
      first = { start, end };
    }
  }
  return first;
}
