// Copyright 2026 the asyncio authors. MIT license.

import { type AbstractEventLoop, getRunningLoop, RuntimeError } from "../../coroutines/mod.ts";

/**
 * The running loop, which must be the one that a primitive is bound to, if it is bound yet.
 *
 * Locks, events and queues can be made anywhere. The first task that has to wait at one binds it to
 * its loop; from then on, a task of another loop would wait for ever, and is refused.
 *
 * @param primitive What is bound, for the message.
 * @param bound The loop that it is bound to; `null` as long as nobody has waited.
 * @throws {RuntimeError} If it is bound to another loop, or no loop is running.
 */
// CPython: Lib/asyncio/mixins.py, _LoopBoundMixin._get_loop
export function bindLoop(primitive: object, bound: AbstractEventLoop | null): AbstractEventLoop {
  const loop = getRunningLoop();
  if (bound === null || bound === loop) return loop;
  throw new RuntimeError(`${primitive} is bound to a different event loop`);
}
