// Copyright 2026 the asyncio authors. MIT license.

/**
 * A thread of benchmark.ts: sleeps with the others, until all have slept often enough together.
 *
 * @module
 */

/** Where the threads keep what they share, in one `Int32Array`. */
export const LOCK = 0;
/** Set to 1 when all may begin. */
export const GATE = 1;
/** How many sleeps were begun. */
export const REQUEST_COUNT = 2;
/** How many there are to be. */
export const TARGET_REQUESTS = 3;
export const SHARED_SIZE = 4 * Int32Array.BYTES_PER_ELEMENT;

// What the lock says of itself.
const [FREE, HELD, AWAITED] = [0, 1, 2];

/** A lock between threads. Python's `threading.Lock`. */
class Lock {
  readonly #shared: Int32Array;

  constructor(shared: Int32Array) {
    this.#shared = shared;
  }

  acquire(): void {
    let state = Atomics.compareExchange(this.#shared, LOCK, FREE, HELD);
    while (state !== FREE) {
      Atomics.compareExchange(this.#shared, LOCK, HELD, AWAITED);
      Atomics.wait(this.#shared, LOCK, AWAITED);
      state = Atomics.compareExchange(this.#shared, LOCK, FREE, AWAITED);
    }
  }

  release(): void {
    const state = Atomics.exchange(this.#shared, LOCK, FREE);
    if (state === AWAITED) Atomics.notify(this.#shared, LOCK, 1);
  }
}

/** Blocks the thread. Python's `time.sleep`. */
function sleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

/** Sleeps, until all threads together have reached the target. */
function makeRequest(shared: Int32Array): void {
  const lock = new Lock(shared);
  while (true) {
    lock.acquire();
    try {
      if (shared[REQUEST_COUNT]! >= shared[TARGET_REQUESTS]!) break;
      shared[REQUEST_COUNT]!++;
    } finally {
      lock.release();
    }

    sleep(0.01); // Blocks this thread
  }
}

// Only within a Worker: benchmark.ts imports the names above.
if ("WorkerGlobalScope" in globalThis) {
  const thread = globalThis as unknown as Worker & { close(): void };
  thread.onmessage = ({ data }: MessageEvent<Int32Array>) => {
    thread.postMessage("started");
    Atomics.wait(data, GATE, 0);
    makeRequest(data);
    thread.postMessage("ended");
    thread.close();
  };
}
