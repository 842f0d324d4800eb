// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import type { BaseTransport } from "../transports/base.ts";
import { Protocol } from "../transports/protocols.ts";

/** Who is told of the pipes of a process. */
export interface PipeOwner {
  pipeDataReceived(fd: number, data: Uint8Array<ArrayBuffer>): void;
  pipeConnectionLost(fd: number, error: unknown): void;
  pauseWriting(): void;
  resumeWriting(): void;
}

/**
 * The protocol of one pipe of a process.
 *
 * CPython: Lib/asyncio/base_subprocess.py, WriteSubprocessPipeProto and ReadSubprocessPipeProto.
 */
export class PipeProtocol extends Protocol {
  readonly #owner: PipeOwner;
  readonly #fd: number;
  #pipe: BaseTransport | null = null;
  #disconnected = false;

  constructor(owner: PipeOwner, fd: number) {
    super();
    this.#owner = owner;
    this.#fd = fd;
  }

  /** The transport of the pipe. */
  get pipe(): BaseTransport {
    return this.#pipe!;
  }

  /** Whether the pipe is lost. */
  get disconnected(): boolean {
    return this.#disconnected;
  }

  override connectionMade(transport: BaseTransport<SocketAddress>): void {
    this.#pipe = transport as BaseTransport;
  }

  override connectionLost(error: unknown): void {
    this.#disconnected = true;
    this.#owner.pipeConnectionLost(this.#fd, error);
  }

  override dataReceived(data: Uint8Array<ArrayBuffer>): void {
    this.#owner.pipeDataReceived(this.#fd, data);
  }

  override pauseWriting(): void {
    this.#owner.pauseWriting();
  }

  override resumeWriting(): void {
    this.#owner.resumeWriting();
  }
}
