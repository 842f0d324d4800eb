// Copyright 2026 the asyncio authors. MIT license.

/**
 * Asynchronous generators that have been begun by hand and not gone through: nobody but the loop can
 * have them run their `finally` when the program ends. `for await` closes its own.
 */

import {
  type AbstractEventLoop,
  callInTask,
  type Coroutine,
  coroutine,
  fromPromise,
} from "../../coroutines/mod.ts";
import { gatherAll } from "./gather.ts";

type AsyncGen = AsyncGenerator<unknown>;

/** The generators of a loop that are suspended, or have been. */
const suspended = new WeakMap<AbstractEventLoop, Set<WeakRef<AsyncGen>>>();
const refs = new WeakMap<AsyncGen, WeakRef<AsyncGen>>();

/** Asks a generator for its next value, and notes whether it is suspended then. */
export function* nextOf(
  loop: AbstractEventLoop,
  it: AsyncIterator<unknown>,
): Coroutine<IteratorResult<unknown>> {
  if (!isAsyncGen(it)) return yield* callInTask(it.next, it);
  // While it runs nobody can close it: it would only wait until it is suspended again.
  forget(loop, it);
  const step = yield* callInTask(it.next, it);
  if (!step.done) note(loop, it);
  return step;
}

function isAsyncGen(it: AsyncIterator<unknown>): it is AsyncGen {
  return Object.prototype.toString.call(it) === "[object AsyncGenerator]";
}

function note(loop: AbstractEventLoop, it: AsyncGen): void {
  let all = suspended.get(loop);
  if (all === undefined) suspended.set(loop, all = new Set());
  let ref = refs.get(it);
  if (ref === undefined) refs.set(it, ref = new WeakRef(it));
  all.add(ref);
}

function forget(loop: AbstractEventLoop, it: AsyncGen): void {
  const ref = refs.get(it);
  if (ref !== undefined) suspended.get(loop)?.delete(ref);
}

/** Closes the generators of a loop that are suspended, and waits for their `finally`. */
// CPython: Lib/asyncio/base_events.py, BaseEventLoop.shutdown_asyncgens
export const closeAsyncgens = coroutine(
  function* shutdownAsyncgens(loop: AbstractEventLoop): Coroutine<void> {
    const all = [...suspended.get(loop) ?? []];
    suspended.delete(loop);
    const generators = all.map((ref) => ref.deref()).filter((it) => it !== undefined);
    if (generators.length === 0) return;
    const closings = generators.map((asyncgen) => async () => {
      try {
        await fromPromise(asyncgen.return(undefined));
      } catch (exception) {
        const message = `an error occurred during closing of asynchronous generator ${asyncgen}`;
        loop.callExceptionHandler({ message, exception, asyncgen });
      }
    });
    yield* gatherAll(closings, true);
  },
);
