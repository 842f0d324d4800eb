// Copyright 2026 the asyncio authors. MIT license.

/** The channel between the threads of a worker and itself. Each process has its own. */
const CHANNEL = "asyncio.distributed.progress";

/** What is reported of a call. */
export interface Progress {
  readonly id: string;
  readonly value: unknown;
}

const scope = globalThis as { [CALL]?: string };
const CALL: unique symbol = Symbol.for("asyncio.distributed.call") as never;

let channel: BroadcastChannel | null = null;

/**
 * Tells whoever waits for this call how far it is.
 *
 * For functions that a {@linkcode NatsWorker} runs; anywhere else it does nothing. What is reported may be
 * lost, if the executor is not connected just then: it is for the eye.
 *
 * @param value How far it is: anything that can be cloned.
 *
 * @example Usage
 * ```ts
 * import { reportProgress } from "@asyncio/asyncio/distributed";
 *
 * export function count(n: number): number {
 *   let sum = 0;
 *   for (let i = 0; i < n; i++) {
 *     sum += i;
 *     if (i % 1000 === 0) reportProgress(i / n);
 *   }
 *   return sum;
 * }
 *
 * count(10);
 * ```
 *
 * @see {@linkcode NatsFuture.addProgressCallback}
 */
export function reportProgress(value: unknown): void {
  const id = scope[CALL];
  if (id === undefined) return;
  channel ??= new BroadcastChannel(CHANNEL);
  channel.postMessage({ id, value } satisfies Progress);
}

/** For the thread: says which call is being done. */
export function setCall(id: string | undefined): void {
  if (id === undefined) delete scope[CALL];
  else scope[CALL] = id;
}

/** For the worker: hears what its threads report. Returns what ends it. */
export function onProgress(fn: (progress: Progress) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => fn(data);
  return () => channel.close();
}
