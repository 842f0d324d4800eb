// Copyright 2026 the asyncio authors. MIT license.

/**
 * Options of {@linkcode NatsExecutor} and {@linkcode NatsWorker}. Those of whoever comes first hold.
 *
 * @see {@linkcode NatsExecutor}
 */
export interface NatsOptions {
  /** The servers: `"nats://host:port"`, or several. Default: `"127.0.0.1:4222"`. */
  servers?: string | readonly string[] | undefined;
  /** The name of the queue: its executors and workers find each other by it. Default: `"asyncio"`. */
  queue?: string | undefined;
  /**
   * Where the server keeps calls and results: `"file"`, and they outlive it, or `"memory"`, which is
   * faster. Default: `"file"`.
   */
  storage?: "file" | "memory" | undefined;
  /** How many calls the server takes at most; executors keep the others back. Default: 100,000. */
  maxPending?: number | undefined;
  /** Seconds that results are kept for those who come for them later. Default: 3,600. */
  resultsKept?: number | undefined;
  /**
   * Seconds after which a call is given to another worker, when its own has not been heard of. Default: 5.
   */
  redeliverAfter?: number | undefined;
  /** Further options of the connection, as `@nats-io/transport-node` has them: `user`, `tls`, ... */
  connection?: Record<string, unknown> | undefined;
}
