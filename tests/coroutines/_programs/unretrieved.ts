// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

/** Makes futures and tasks that fail, forgets them, and tells what the exception handler hears. */

import {
  ContextVar,
  Future,
  KeyboardInterrupt,
  newEventLoop,
  sleep,
} from "@asyncio/asyncio/coroutines";

const loop = newEventLoop();
const variable = new ContextVar<string>("variable", { default: "outside" });
const reported: string[] = [];
loop.setExceptionHandler((_, { message, exception }) =>
  reported.push(`${message}: ${exception} (${variable.get()})`)
);

/** Failures that somebody takes notice of. */
const seen: ((future: Future<void>) => void)[] = [
  (future) => future.exception(),
  (future) => {
    try {
      future.result();
    } catch {
      // That is notice enough.
    }
  },
  (future) => future.cancel(),
  (future) => void future.catch(() => {}),
];

class Mine<T> extends Future<T> {}

function fail(): void {
  for (const see of seen) {
    const future = loop.createFuture<void>();
    future.setException(new Error("seen"));
    see(future);
  }
  loop.createFuture<void>().setResult();
  loop.createFuture<void>().cancel();
  loop.createFuture<void>();
  loop.createFuture().setException(new Error("of a future"));
  new Mine({ loop }).setException(new Error("of a subclass"));
}

/** Collects garbage until `count` errors are reported, or nothing more can be expected. */
async function collect(count: number): Promise<void> {
  const { gc } = globalThis as unknown as { gc(): void };
  for (let i = 0; i < 100 && reported.length < count; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  gc();
  await new Promise((resolve) => setTimeout(resolve, 5));
}

fail();
await collect(2);

await loop.runUntilComplete(function* () {
  loop.createTask(function* () {
    variable.set("in the task");
    throw new Error("of a task");
  }());
  loop.createTask(async () => {
    await sleep(0);
    throw new TypeError("of an async function");
  });
  loop.createTask(function* () {
    const cause: Error = new Error("cause");
    cause.cause = cause;
    Object.defineProperty(cause, "lazy", { get: () => "value", enumerable: true });
    throw new AggregateError([new RangeError("one"), "two", cause], "of many", { cause });
  }());
  const awaited = loop.createTask(function* () {
    throw new Error("awaited");
  }());
  try {
    yield* awaited;
  } catch {
    // That is notice enough.
  }
  const cancelledLate = loop.createTask(function* () {
    throw new Error("of a task that is cancelled when it is done");
  }());
  yield* sleep(0);
  cancelledLate.cancel();
  // An outcome that a cancellation takes the place of.
  const lost = loop.createFuture<void>();
  for (const body of [() => lost[Symbol.iterator](), async () => await lost]) {
    const waiter = loop.createTask(body);
    yield* sleep(0);
    yield* sleep(0);
    if (!lost.done()) loop.callSoon(() => lost.done() || lost.setException(new Error("lost")));
    loop.callSoon(() => waiter.cancel());
    yield* sleep(0);
    yield* sleep(0);
  }
});
try {
  await loop.runUntilComplete(function* () {
    throw new KeyboardInterrupt();
  });
} catch {
  // Whoever runs the loop has seen it.
}
await collect(5);
loop.close();
console.log(JSON.stringify(reported.toSorted()));
