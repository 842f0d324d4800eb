// Copyright 2026 the asyncio authors. MIT license.

/**
 * A timeout stops a function that has begun two branches and awaits one of them. What a branch does is
 * the argument. The timeout is handled: the process is to end well, and to write nothing else.
 */

import {
  abortable,
  asyncWith,
  currentTask,
  fromPromise,
  getRunningLoop,
  run,
  sleep,
  timeout,
} from "@asyncio/asyncio";

/** A promise that follows the signal of the task, as a `fetch` does. */
function following(): Promise<void> {
  const { signal } = currentTask()!;
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

/** A request to a server that never answers. */
async function request(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { signal } = currentTask()!;
  await fetch(`http://127.0.0.1:${listener.addr.port}`, { signal });
}

const branches: Record<string, () => PromiseLike<unknown>> = {
  "async function": async () => await sleep(10),
  "nested function": async () => await (async () => await sleep(10))(),
  "future": async () => await getRunningLoop().createFuture(),
  "then() by hand": () => sleep(10).then(() => {}),
  "signal": following,
  "signal in a function": async () => await following(),
  "fetch": request,
  "fromPromise()": async () => await fromPromise(new Promise(() => {})),
  "abortable()": async () => await abortable(() => following()),
  "error": async () => {
    await sleep(0);
    throw new Error("boom");
  },
};

const branch = branches[Deno.args[0]!]!;

await run(async () => {
  try {
    await asyncWith(timeout(0.01), async () => {
      const first = branch();
      const second = branch();
      await first;
      await second;
    });
  } catch (error) {
    console.log((error as Error).name);
  }
  await sleep(0.02);
});
