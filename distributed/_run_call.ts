// Copyright 2026 the asyncio authors. MIT license.

/** What a thread of a worker does with a call. */

import { encodeError, type Source } from "../asyncio/executors/mod.ts";
import { setCall } from "./report_progress.ts";
import { type CallPayload, deserialize, type ResultPayload, serialize } from "./_wire.ts";

/** How a call has ended: its outcome, and the seconds that it has taken. */
export type Done = readonly [bytes: Uint8Array, seconds: number];

/**
 * Does a call that has come as bytes, and gives its outcome as bytes.
 *
 * @param begun Cells that are shared with the worker: it reads from them what has begun, even where this
 *   thread does not live to tell.
 * @param cell The cell of this call.
 */
export async function runCall(
  id: string,
  bytes: Uint8Array,
  begun: Int32Array,
  cell: number,
): Promise<Done> {
  Atomics.store(begun, cell, 1);
  const start = performance.now();
  const outcome = await call(id, bytes);
  return [outcome, (performance.now() - start) / 1000];
}

async function call(id: string, bytes: Uint8Array): Promise<Uint8Array> {
  const { url, name, args } = deserialize(bytes) as CallPayload;
  const source: Source = { kind: "module", url, name };
  setCall(id);
  try {
    const fn = await importFunction(url, name);
    return outcome({ ok: true, value: await fn(...args) }, source);
  } catch (error) {
    return outcome({ ok: false, error: encodeError(error, source) }, source);
  } finally {
    setCall(undefined);
  }
}

/** Throws if the value cannot be cloned. */
function outcome(payload: ResultPayload, { name }: Source): Uint8Array {
  try {
    return serialize(payload);
  } catch (error) {
    throw new DOMException(
      `The result of ${name}() cannot be sent back: ${(error as Error).message}`,
      "DataCloneError",
    );
  }
}

async function importFunction(
  url: string,
  name: string,
): Promise<(...args: readonly unknown[]) => unknown> {
  const fn = (await import(url))[name];
  if (typeof fn === "function") return fn;
  throw new TypeError(
    `Cannot run ${name}() in a worker: ${url} exports no function of that name`,
  );
}
