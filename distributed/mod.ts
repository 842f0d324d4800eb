// Copyright 2026 the asyncio authors. MIT license.

/**
 * Executors beyond one machine: functions run by workers anywhere, through a NATS server.
 *
 * Run a worker on each machine:
 *
 * ```sh
 * deno run --allow-net --allow-read jsr:@asyncio/asyncio/distributed worker \
 *   --servers nats://queue.example:4222
 * ```
 *
 * Only this entry point has a dependency: the clients of NATS, from npm.
 *
 * @example Usage
 * ```ts ignore
 * import { moduleFunction } from "@asyncio/asyncio";
 * import { NatsExecutor } from "@asyncio/asyncio/distributed";
 * import { estimatePi } from "./estimate_pi.ts";
 *
 * const place = { url: "https://example.com/estimate_pi.ts" };
 * await using executor = new NatsExecutor({ servers: "nats://queue.example:4222" });
 * console.log(await executor.submit(moduleFunction(place, estimatePi), 1_000_000));
 * ```
 *
 * @see {@link https://docs.nats.io/nats-concepts/jetstream}
 *
 * @module
 */

import { main } from "./_command.ts";

export { NatsExecutor } from "./nats_executor.ts";
export { NatsFuture, type ProgressCallback } from "./nats_future.ts";
export type { NatsOptions } from "./nats_options.ts";
export { NatsWorker, type NatsWorkerOptions } from "./nats_worker.ts";
export { reportProgress } from "./report_progress.ts";

if (import.meta.main) await main();
