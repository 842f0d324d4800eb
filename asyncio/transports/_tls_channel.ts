// Copyright 2026 the asyncio authors. MIT license.

import { connectionLost } from "../_net.ts";
import type { Duplex, NodeTls, TLSSocket } from "./_node_tls.ts";
import { BATCH, RecordQueue } from "./_record_queue.ts";
import { clientError, serverError } from "./_tls_verification.ts";
import { clientOptions, serverOptions, type TlsSide } from "./tls_options.ts";

/**
 * Who hears of a channel. The calls come in microtasks of the host, outside of any loop, but for those
 * that say otherwise.
 */
export interface TlsListener {
  /** The handshake is through. */
  secured(): void;
  /** Bytes for the program; they are its own. */
  decrypted(data: Uint8Array<ArrayBuffer>): void;
  /** The other end sends no more. */
  ended(): void;
  /** What was written has been encrypted, and sent if there was room. */
  written(): void;
  /** All that was written is encrypted and sent, and so is the word that no more will come. */
  finished(): void;
  /** The channel is broken. */
  failed(error: Error): void;
  /** Encrypted bytes are to be sent. Returns whether there is room for more. */
  send(data: Uint8Array): boolean;
}

/**
 * Encrypts and decrypts: a `TLSSocket` between two streams, of which it is fed and which it feeds.
 *
 * Facts of Deno 2.9 that it rests on. A `TLSSocket` over any duplex stream does either side. It begins
 * in a later tick than it is made in, and is not to be fed nor destroyed before: both would end the
 * process. To pause it keeps it from giving, not from taking: who feeds it has to stop. Of a server it
 * verifies no certificate of a client; `tls.Server`, which does, takes any stream by its event
 * "connection". What is written to a `TLSSocket` that has nothing else to write is encrypted, or copied,
 * before `write` returns: so it is given one batch at a time, and the bytes are its writer's again.
 *
 * Invariants: a batch is with the socket exactly while `#encrypting`, and nothing waits otherwise.
 */
export class TlsChannel {
  readonly #listener: TlsListener;
  readonly #duplex: Duplex;
  #socket: TLSSocket | null = null;
  #begun = false;
  #destroyed = false;
  /** Told when there is room for encrypted bytes again. */
  #resumeSending: (() => void) | null = null;
  /** What waits until the socket has done with the batch that it has. */
  readonly #waiting: RecordQueue = new RecordQueue();
  #encrypting = false;
  #finishing = false;
  readonly #encrypt = (batch: Uint8Array): void => {
    this.#encrypting = true;
    this.#socket!.write(batch, this.#goOn);
  };
  /** The socket has done with a batch. */
  readonly #goOn = (): void => {
    this.#encrypting = false;
    if (this.#destroyed) return;
    if (!this.#waiting.take(this.#encrypt) && this.#finishing) this.#socket!.end();
    this.#listener.written();
  };

  /** @param begun Called when it can be fed. */
  constructor(modules: NodeTls, side: TlsSide, listener: TlsListener, begun: () => void) {
    this.#listener = listener;
    this.#duplex = new modules.stream.Duplex({
      read: () => {},
      write: (chunk: Uint8Array, _encoding, done) => this.#send(chunk, done),
      final: (done) => done(null),
    });
    this.#duplex.on("error", () => {});
    if (side.serverSide) this.#serve(modules, side);
    else this.#connect(modules, side);
    modules.process.nextTick(() => {
      this.#begun = true;
      if (this.#destroyed) this.#end();
      else begun();
    });
  }

  /** The socket, when the handshake is through. */
  get socket(): TLSSocket {
    return this.#socket!;
  }

  /** How many bytes wait to be encrypted, or to be sent for want of room. */
  get unsent(): number {
    return (this.#socket?.writableLength ?? 0) + this.#waiting.length;
  }

  #connect(modules: NodeTls, side: TlsSide): void {
    const socket = modules.tls.connect({ ...clientOptions(modules, side), socket: this.#duplex });
    this.#watch(socket);
    socket.on("secureConnect", () => this.#judge(serverError(modules, socket, side)));
  }

  #serve(modules: NodeTls, side: TlsSide): void {
    const options = serverOptions(modules, side);
    if (options.requestCert) return this.#serveVerified(modules, side);
    const socket = new modules.tls.TLSSocket(this.#duplex, options);
    this.#watch(socket);
    socket.on("secure", () => this.#secured());
  }

  #serveVerified(modules: NodeTls, side: TlsSide): void {
    const { ssl: { cert, key, caCerts, minVersion, maxVersion } } = side;
    const { isServer: _, secureContext: __, ...options } = serverOptions(modules, side);
    const context = { cert, key, minVersion, maxVersion, ...(caCerts ? { ca: [...caCerts] } : {}) };
    const given = Object.entries(context).filter(([, value]) => value !== undefined);
    const server = modules.tls.createServer({ ...options, ...Object.fromEntries(given) });
    server.on("secureConnection", (socket) => {
      this.#watch(socket);
      // Who need not show a certificate must not show a bad one.
      this.#judge(clientError(socket));
    });
    server.on("tlsClientError", (error) => this.#fail(error));
    server.emit("connection", this.#duplex);
  }

  #watch(socket: TLSSocket): void {
    this.#socket = socket;
    socket.on("error", (error) => this.#fail(error));
    socket.on("data", (chunk) => this.#listener.decrypted(owned(chunk)));
    socket.on("end", () => this.#listener.ended());
    socket.on("finish", () => this.#listener.finished());
    socket.on("close", () => this.#fail(connectionLost()));
  }

  #judge(error: Error | null): void {
    if (error === null) this.#secured();
    else this.#fail(error);
  }

  #secured(): void {
    if (!this.#destroyed) this.#listener.secured();
  }

  #fail(error: Error): void {
    if (!this.#destroyed) this.#listener.failed(error);
  }

  #send(chunk: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.#destroyed || this.#listener.send(chunk)) done();
    else this.#resumeSending = done;
  }

  /** There is room for encrypted bytes. */
  resumeSending(): void {
    const resume = this.#resumeSending;
    this.#resumeSending = null;
    resume?.();
  }

  /** Encrypted bytes have come. */
  feed(data: Uint8Array): void {
    this.#duplex.push(data);
  }

  /** No more encrypted bytes will come. */
  feedEof(): void {
    this.#duplex.push(null);
  }

  /** Encrypts bytes, now or when those before them are. They are copied if they have to wait. */
  write(data: Uint8Array): void {
    if (this.#encrypting) return this.#waiting.push(data);
    this.#encrypt(data.length <= BATCH ? data : data.subarray(0, BATCH));
    if (data.length > BATCH) this.#waiting.push(data.subarray(BATCH));
  }

  /** Has nothing decrypted until {@linkcode TlsChannel.resume}. */
  pause(): void {
    this.#socket?.pause();
  }

  /** Goes on. */
  resume(): void {
    this.#socket?.resume();
  }

  /** Tells the other end, after what was written, that no more will come. */
  finish(): void {
    this.#finishing = true;
    if (!this.#encrypting) this.#socket!.end();
  }

  /** Lets go of everything. Nobody hears of it any more. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#waiting.clear();
    if (this.#begun) this.#end();
  }

  #end(): void {
    this.#socket?.destroy();
    this.#duplex.destroy();
    this.resumeSending();
  }
}

/** The bytes of a chunk in an array of their own: that of Node mostly is. */
function owned({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return byteLength === buffer.byteLength ? bytes : bytes.slice();
}
