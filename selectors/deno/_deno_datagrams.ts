// Copyright 2026 the asyncio authors. MIT license.

import { giveBlock, takeBlock } from "./_buffers.ts";
import type { DatagramPort, DatagramReceiver } from "./_datagram_port.ts";
import { hangUp } from "./_hang_up.ts";

/** What Deno has only with `--unstable-net`. */
interface UnstableDeno {
  listenDatagram?(options: object): DatagramConn;
}

interface DatagramConn {
  readonly addr: Deno.Addr;
  receive(into: Uint8Array): Promise<[Uint8Array, Deno.Addr]>;
  send(bytes: Uint8Array, to: Deno.Addr): Promise<number>;
  close(): void;
  ref?(): void;
  unref?(): void;
}

/** As large as a datagram can be, in bytes. */
const MAX_SIZE = 65_536;

/** Whether Deno itself has datagrams. */
export function hasDenoDatagrams(): boolean {
  return "listenDatagram" in Deno;
}

/** Datagrams over `Deno.listenDatagram`. */
export class DenoDatagrams implements DatagramPort {
  readonly #conn: DatagramConn;
  readonly #receiver: DatagramReceiver;
  #receiving = false;
  #closed = false;

  constructor(address: Deno.Addr, reuseAddress: boolean, receiver: DatagramReceiver) {
    const { listenDatagram } = Deno as UnstableDeno;
    this.#conn = listenDatagram!({ ...address, reuseAddress });
    this.#receiver = receiver;
  }

  get addr(): Deno.Addr {
    return this.#conn.addr;
  }

  arm(): void {
    if (this.#receiving || this.#closed) return;
    this.#receiving = true;
    const block = takeBlock(MAX_SIZE);
    this.#conn.receive(block).then(
      ([bytes, from]) => this.#end(block, () => this.#receiver.received(bytes, from)),
      (error) => this.#end(block, () => this.#receiver.failed(error)),
    );
  }

  send(bytes: Uint8Array, address: Deno.Addr): Promise<unknown> {
    return this.#conn.send(bytes, address);
  }

  keepAlive(alive: boolean): void {
    if (alive) this.#conn.ref?.();
    else this.#conn.unref?.();
  }

  close(): void {
    this.#closed = true;
    hangUp(this.#conn);
  }

  /** A receive has come to its end. What it still brings after the port was closed is dropped. */
  #end(block: Uint8Array<ArrayBuffer>, tell: () => void): void {
    this.#receiving = false;
    if (!this.#closed) tell();
    giveBlock(block);
  }
}
