// Copyright 2026 the asyncio authors. MIT license.

import type { DatagramPort, DatagramReceiver } from "./_datagram_port.ts";
import { holdProcess } from "../_host.ts";
import { errnoOf, type ErrorCode } from "../_os_error.ts";

/** What this file needs of Node's `dgram`, which is loaded when the first port is opened. */
interface NodeDgram {
  createSocket(options: object): NodeSocket;
}

interface NodeSocket {
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "message", listener: (bytes: Uint8Array, from: NodeAddress) => void): void;
  bind(options: { port: number; address: string; exclusive: boolean }): void;
  address(): NodeAddress;
  send(
    bytes: Uint8Array,
    offset: number,
    size: number,
    port: number,
    host: string,
    callback: (error: Error | null) => void,
  ): void;
  setBroadcast(on: boolean): void;
  unref(): void;
  close(): void;
}

interface NodeAddress {
  readonly address: string;
  readonly port: number;
}

type Lookup = (host: string, options: object, callback: LookupCallback) => void;
type LookupCallback = (error: Error | null, address: string, family: number) => void;

/** What a port may be asked for. */
export interface NodeDatagramOptions {
  /** Whether other sockets may have the same address. */
  readonly reuseAddress: boolean;
  /** Whether datagrams may be sent to all hosts of a network. */
  readonly broadcast: boolean;
}

/**
 * Datagrams over Node's `dgram`. It receives without being asked to: whoever owns the port keeps what
 * comes, and drops what is too much.
 */
export class NodeDatagrams implements DatagramPort {
  readonly addr: Deno.Addr;
  readonly #socket: NodeSocket;
  #letGo: (() => void) | null = null;

  constructor(address: Deno.Addr, options: NodeDatagramOptions, receiver: DatagramReceiver) {
    const { hostname, port } = address as Deno.NetAddr;
    this.#socket = openSocket(hostname, options.reuseAddress);
    let failure: Error | null = null;
    this.#socket.on("error", (error) => failure = fromNode(error));
    // A receive that has begun cannot be let go of: it never holds the process, holdProcess() does.
    this.#socket.unref();
    this.#socket.bind({ port, address: hostname, exclusive: true });
    if (failure !== null) {
      this.#socket.close();
      throw failure;
    }
    this.addr = fromNodeAddress(this.#socket.address());
    if (options.broadcast) this.#socket.setBroadcast(true);
    this.#socket.on("error", (error) => receiver.failed(fromNode(error)));
    this.#socket.on("message", (bytes, from) => receiver.received(bytes, fromNodeAddress(from)));
  }

  arm(): void {}

  send(bytes: Uint8Array, address: Deno.Addr): Promise<unknown> {
    const { hostname, port } = address as Deno.NetAddr;
    return new Promise<void>((resolve, reject) =>
      this.#socket.send(bytes, 0, bytes.length, port, hostname, (error) => {
        if (error) reject(fromNode(error));
        else resolve();
      })
    );
  }

  keepAlive(alive: boolean): void {
    if (alive) this.#letGo ??= holdProcess();
    else {
      this.#letGo?.();
      this.#letGo = null;
    }
  }

  close(): void {
    this.keepAlive(false);
    this.#socket.close();
  }
}

function openSocket(hostname: string, reuseAddr: boolean): NodeSocket {
  const { getBuiltinModule } = process as unknown as { getBuiltinModule(name: string): unknown };
  const { createSocket } = getBuiltinModule("node:dgram") as NodeDgram;
  const { lookup: resolve } = getBuiltinModule("node:dns") as { lookup: Lookup };
  const type = hostname.includes(":") ? "udp6" : "udp4";
  // An address needs no resolver: without one, bind() knows the port when it returns.
  const lookup: Lookup = (host, options, callback) =>
    isNumeric(host)
      ? callback(null, host, type === "udp6" ? 6 : 4)
      : resolve(host, options, callback);
  return createSocket({ type, reuseAddr, lookup });
}

function isNumeric(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

function fromNodeAddress({ address, port }: NodeAddress): Deno.NetAddr {
  return { transport: "udp", hostname: address, port };
}

type ErrorClass = new (message: string, options: ErrorOptions) => Error;

/** An error of Node's as Deno would have thrown it. */
function fromNode(error: Error): Error {
  const { code } = error as { code?: ErrorCode };
  const known = code === undefined ? undefined : denoErrors()[code];
  if (known === undefined) return error;
  const [Class, text] = known;
  const message = `${text} (os error ${errnoOf(code!)})`;
  return Object.assign(new Class(message, { cause: error }), { code });
}

function denoErrors(): Partial<Record<ErrorCode, [ErrorClass, string]>> {
  const { errors } = Deno;
  return {
    EACCES: [errors.PermissionDenied, "Permission denied"],
    EADDRINUSE: [errors.AddrInUse, "Address already in use"],
    EADDRNOTAVAIL: [errors.AddrNotAvailable, "Cannot assign requested address"],
    ECONNREFUSED: [errors.ConnectionRefused, "Connection refused"],
    ENETUNREACH: [errors.NetworkUnreachable, "Network is unreachable"],
    EMSGSIZE: [Error, "Message too long"],
  };
}
