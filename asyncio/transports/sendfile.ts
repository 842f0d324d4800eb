// Copyright 2026 the asyncio authors. MIT license.

/**
 * Sending a file, or a part of it.
 *
 * Deno has no call that sends a file without its bytes passing through the program: they are read and
 * sent, with no more of them in memory than a block or two.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.sendfile and sock_sendfile.
 */

import {
  type NonBlockingSocket,
  SOCK_STREAM,
  type SocketAddress,
  ValueError,
} from "../../selectors/mod.ts";
import { type Coroutine, fromPromise, type Future, RuntimeError } from "../../coroutines/mod.ts";
import { connectionClosed } from "../_net.ts";
import { SendfileNotAvailableError } from "../exceptions.ts";
import { BaseProtocol, type BaseTransport } from "./base.ts";
import { SocketTransport } from "./_socket_transport.ts";
import { TlsTransport } from "./_tls_transport.ts";
import { type TransportHost, wake } from "./_transport_host.ts";
import type { Transport } from "./transports.ts";

/** What is read at once, in bytes. */
const BLOCK = 64 * 1024;

/**
 * A file to be sent: a `Deno.FsFile` is one.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sendfile}
 */
export interface SendableFile {
  /** Reads into a buffer; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Goes to a position, counted from the beginning of the file. */
  seek(offset: number, whence: 0): Promise<number>;
}

/**
 * Options of {@linkcode NetworkEventLoop.sendfile} and `sockSendfile()`.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sendfile}
 */
export interface SendfileOptions {
  /** Whether to read and send where the system cannot do both at once. Default: `true`. */
  fallback?: boolean | undefined;
}

/** Which part of a file, and how. */
export interface Part {
  readonly file: SendableFile;
  /** In bytes, from the beginning of the file. */
  readonly offset: number;
  /** In bytes; `null` for all there is. */
  readonly count: number | null;
}

/** Sends a part of a file by a transport. Gives the number of bytes. */
export function* sendfile(
  host: TransportHost,
  transport: BaseTransport<SocketAddress>,
  part: Part,
  { fallback = true }: SendfileOptions,
): Coroutine<number> {
  if (transport.isClosing()) throw new RuntimeError("Transport is closing");
  if (!(transport instanceof SocketTransport || transport instanceof TlsTransport)) {
    throw new RuntimeError(`sendfile is not supported for transport ${transport}`);
  }
  checkPart(part);
  if (!fallback && transport instanceof TlsTransport) {
    throw new RuntimeError(
      "fallback is disabled and native sendfile is not supported for transport " + transport,
    );
  }
  if (!fallback) throw new SendfileNotAvailableError("sendfile syscall is not supported");
  if (transport.isSendingFile) throw new RuntimeError("sendfile is in progress already");
  const between = new Between(host, transport);
  try {
    return yield* copy(part, (data) => between.send(data));
  } finally {
    between.restore();
  }
}

/** Sends a part of a file by a socket. Gives the number of bytes. */
export function* sockSendfile(
  host: TransportHost,
  sock: NonBlockingSocket,
  part: Part,
  { fallback = true }: SendfileOptions,
): Coroutine<number> {
  if (sock.getblocking()) throw new ValueError("the socket must be non-blocking");
  if (sock.type !== SOCK_STREAM) {
    throw new ValueError("only SOCK_STREAM type sockets are supported");
  }
  checkPart(part);
  if (!fallback) {
    throw new SendfileNotAvailableError(`syscall sendfile is not available for socket ${sock}`);
  }
  return yield* copy(part, (data) => host.loop.sockSendall(sock, data));
}

function checkPart({ offset, count }: Part): void {
  if (!Number.isInteger(offset)) {
    throw new TypeError(`offset must be a non-negative integer (got ${offset})`);
  }
  if (offset < 0) throw new ValueError(`offset must be a non-negative integer (got ${offset})`);
  if (count === null) return;
  if (!Number.isInteger(count)) {
    throw new TypeError(`count must be a positive integer (got ${count})`);
  }
  if (count <= 0) throw new ValueError(`count must be a positive integer (got ${count})`);
}

/** Reads block by block, and sends each. Afterwards the file stands behind what was sent. */
function* copy(
  { file, offset, count }: Part,
  send: (data: Uint8Array) => Coroutine<void>,
): Coroutine<number> {
  const buffer = new Uint8Array(Math.min(count ?? BLOCK, BLOCK));
  let total = 0;
  try {
    yield* fromPromise(file.seek(offset, 0));
    while (count === null || total < count) {
      const room = count === null ? buffer : buffer.subarray(0, count - total);
      const size = yield* fromPromise(file.read(room));
      if (size === null || size === 0) break;
      yield* send(room.subarray(0, size));
      total += size;
    }
    return total;
  } finally {
    if (total > 0) yield* fromPromise(file.seek(offset + total, 0));
  }
}

/** What {@linkcode Between} needs of a transport. */
interface FileTransport extends Transport<SocketAddress> {
  readonly isWritingPaused: boolean;
  /** While it is set, `write()` throws: what is written would get into the midst of the file. */
  isSendingFile: boolean;
}

/**
 * Stands in for the protocol of a transport while a file is sent: nothing is received meanwhile, and
 * who sends waits where the protocol would be told to pause.
 *
 * CPython: Lib/asyncio/base_events.py, _SendfileFallbackProtocol.
 */
class Between extends BaseProtocol {
  readonly #host: TransportHost;
  readonly #transport: FileTransport;
  readonly #protocol: BaseProtocol;
  readonly #wasReading: boolean;
  readonly #wasPaused: boolean;
  /** Set while too much is unsent. */
  #room: Future<void> | null = null;

  constructor(host: TransportHost, transport: FileTransport) {
    super();
    this.#host = host;
    this.#transport = transport;
    this.#protocol = transport.getProtocol();
    this.#wasReading = transport.isReading();
    this.#wasPaused = transport.isWritingPaused;
    transport.pauseReading();
    transport.setProtocol(this);
    transport.isSendingFile = true;
    if (this.#wasPaused) this.pauseWriting();
  }

  /** Writes, once there is room. Nobody else may. */
  *send(data: Uint8Array): Coroutine<void> {
    const transport = this.#transport;
    if (transport.isClosing()) throw connectionClosed();
    if (this.#room !== null) yield* this.#room;
    transport.isSendingFile = false;
    transport.write(data);
    transport.isSendingFile = true;
  }

  override pauseWriting(): void {
    this.#room ??= this.#host.loop.createFuture<void>();
  }

  override resumeWriting(): void {
    wake(this.#room);
    this.#room = null;
  }

  override connectionLost(error: unknown): void {
    const room = this.#room;
    if (room !== null && !room.done()) room.setException(error ?? connectionClosed());
    this.#protocol.connectionLost(error);
  }

  /** Gives the transport back to its protocol, which hears what it has missed. */
  restore(): void {
    const transport = this.#transport;
    transport.isSendingFile = false;
    transport.setProtocol(this.#protocol);
    if (this.#wasReading) transport.resumeReading();
    // Nobody waits for it any more.
    this.#room?.cancel();
    if (transport.isWritingPaused && !this.#wasPaused) this.#protocol.pauseWriting();
    if (!transport.isWritingPaused && this.#wasPaused) this.#protocol.resumeWriting();
  }
}
