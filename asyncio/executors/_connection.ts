// Copyright 2026 the asyncio authors. MIT license.

import type { FromWorker, ToWorker } from "./_worker_main.ts";

/** What a pool hears of a worker. */
export interface ConnectionEvents {
  onMessage(message: FromWorker): void;
  /**
   * The worker has ended.
   *
   * @param error What has ended it, if that is known.
   */
  onExit(error: unknown): void;
}

/** A worker, as its pool has it in hand. */
export interface Connection {
  /** The number of its process or thread. */
  readonly id: number;
  /** Whether the worker shares memory with us: values can be moved then, and cells be watched. */
  readonly sharesMemory: boolean;
  /** Sends a message. Throws if it cannot be cloned, and nothing is sent then. */
  post(message: ToWorker, transferables: Transferable[]): void;
  /** Makes a value fit to be posted; throws if it cannot be cloned. */
  pack(value: unknown): unknown;
  unpack(value: unknown): unknown;
  /** Lets it keep the program alive, or not. */
  setRef(keepsAlive: boolean): void;
  /** Ends it; it has nothing to do. */
  stop(): void;
  /** Ends it, whatever it does: by a signal that can be caught, or one that cannot. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** Starts a worker. */
export type Connect = (name: string, events: ConnectionEvents) => Connection;
