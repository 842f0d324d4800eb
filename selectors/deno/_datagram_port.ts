// Copyright 2026 the asyncio authors. MIT license.

/**
 * A port that datagrams arrive at, whoever carries it out: `Deno.listenDatagram` where it is enabled,
 * Node's `dgram` elsewhere.
 */
export interface DatagramPort {
  /** The address it is bound to. */
  readonly addr: Deno.Addr;
  /** Begins to receive one datagram, unless it does already. */
  arm(): void;
  /** Sends a datagram. The bytes belong to the port until it has. */
  send(bytes: Uint8Array, address: Deno.Addr): Promise<unknown>;
  /** Says whether waiting for a datagram is to keep the process alive. */
  keepAlive(alive: boolean): void;
  /** Closes the port. */
  close(): void;
}

/** Who owns a port. */
export interface DatagramReceiver {
  /** A datagram has arrived. The bytes are the port's: they are good until this returns. */
  received(bytes: Uint8Array, from: Deno.Addr): void;
  /** Something went wrong, while receiving or with a datagram sent before. */
  failed(error: Error): void;
}
