// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stage 3: ten requests at once, with generators: a function that can stop where it has to wait, and go
 * on from there. Future, Task and EventLoop are written out below, each in a few lines: all that
 * asyncio is made of. The library's own are in `coroutines/`, the same with all that a long life adds.
 *
 * From "The road to a million concurrent tasks", section 4.3.
 *
 *     deno run --allow-net=127.0.0.1 examples/million/stage3_generators.ts
 *
 * Options: `--host`, `--port`. Start slow_server.ts first: the ten answers of five seconds each are
 * here in five seconds, not in fifty.
 *
 * Where it differs from Python: `yield from` is `yield*`, `select()` is awaited, a Future knows that it
 * is done even if its result is nothing, and a connection that fails is not called established.
 *
 * @module
 */

import * as selectors from "@asyncio/asyncio/selectors";
import { BlockingIOError, Socket } from "@asyncio/asyncio/selectors";
import { options, port, program, text } from "../_options.ts";

const selector = new selectors.DefaultSelector<() => void>();

/** What waits by yielding futures, and returns a `T` in the end. */
type Coroutine<T> = Generator<Future<unknown>, T, void>;

// Player 1: a promise of what is to come.

/** A place for a result that is not there yet. */
class Future<T> {
  #result: T | undefined;
  #done = false;
  readonly #callbacks: (() => void)[] = [];

  /** Gives it its result, and calls whoever waits for it. */
  setResult(result: T): void {
    this.#result = result;
    this.#done = true;
    for (const callback of this.#callbacks) {
      callback();
    }
  }

  /** Adds what is to be called when it is done. */
  addCallback(callback: () => void): void {
    if (this.#done) {
      callback(); // It is done already
    } else {
      this.#callbacks.push(callback);
    }
  }

  /** `yield* future` waits until it is done. */
  *[Symbol.iterator](): Coroutine<T> {
    if (!this.#done) {
      yield this; // Gives the control back to the event loop
    }
    return this.#result as T;
  }
}

// Player 2: what drives a generator.

/** A generator that is on its way. */
class Task<T> {
  readonly #generator: Coroutine<T>;
  #done = false;

  constructor(generator: Coroutine<T>) {
    this.#generator = generator;
  }

  /** Runs the generator up to its next wait. */
  step(): void {
    if (this.#done) {
      return;
    }
    const { done, value } = this.#generator.next(); // What does it wait for?
    if (done) {
      this.#done = true;
    } else {
      value.addCallback(() => eventLoop.scheduleTask(this)); // To go on when that is done
    }
  }

  done(): boolean {
    return this.#done;
  }
}

// Player 3: the conductor.

/** Runs the tasks that are ready, and waits for input and output when none is. */
class EventLoop {
  #readyTasks: Task<unknown>[] = [];

  /** Has a task run in the next round. */
  scheduleTask(task: Task<unknown>): void {
    if (!task.done()) {
      this.#readyTasks.push(task);
    }
  }

  /** Makes a task of a generator, and schedules it. */
  createTask<T>(generator: Coroutine<T>): Task<T> {
    const task = new Task(generator);
    this.scheduleTask(task);
    return task;
  }

  /** Runs until all tasks are done. */
  async runUntilComplete(): Promise<void> {
    while (this.#readyTasks.length > 0) {
      const readyTasks = this.#readyTasks;
      this.#readyTasks = [];
      for (const task of readyTasks) {
        task.step();
      }
      // Blocks only while there is nothing else to do
      while (this.#readyTasks.length === 0 && selector.active) {
        const events = await selector.select();
        for (const [key] of events) {
          const callback = key.data;
          callback(); // Sets the result of a future, which schedules a task
        }
      }
    }
  }
}

const eventLoop = new EventLoop();

// The fourth player: the generators, which read like blocking code.

/** One request, from the connection to the response. */
function* makeTcpRequest(reqId: number, host: string, port: number): Coroutine<string> {
  const sock = new Socket(selectors.AF_INET, selectors.SOCK_STREAM);
  sock.setblocking(false);

  // 1: connect
  const connectFuture = new Future<void>();
  try {
    sock.connect([host, port]);
  } catch (error) {
    if (!(error instanceof BlockingIOError)) throw error;
  }

  const onConnected = () => {
    if (sock.error !== null) throw sock.error; // Nobody is there
    console.log(`Connection established for request ${reqId}`);
    selector.unregister(sock.fileno());
    connectFuture.setResult();
  };

  selector.register(sock.fileno(), selectors.EVENT_WRITE, onConnected);
  yield* connectFuture; // Stops here until it is connected

  // 2: send
  const message = `Request ${reqId}`;
  sock.send(message);

  // 3: receive
  const receiveFuture = new Future<string>();

  const onDataReceived = () => {
    selector.unregister(sock.fileno());
    const data = sock.recv(4096);
    const response = new TextDecoder().decode(data);
    receiveFuture.setResult(response);
  };

  selector.register(sock.fileno(), selectors.EVENT_READ, onDataReceived);
  const response = yield* receiveFuture; // And here until the response is there

  console.log(`Response for Request ${reqId}: ${response}`);
  sock.close();
  return response;
}

/** The real victory: a generator that is made of others. */
function* consumeResponse(reqId: number, host: string, port: number): Coroutine<void> {
  const resp = yield* makeTcpRequest(reqId, host, port); // Another generator, used as it is
  console.log(`Consumed response: ${resp}`);
}

/** Sends ten requests, and says how long they took. */
export async function main(host: string, port: number): Promise<void> {
  const start = performance.now();
  for (const reqId of [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]) {
    eventLoop.createTask(consumeResponse(reqId, host, port));
  }
  await eventLoop.runUntilComplete();
  console.log(`Ten requests in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (import.meta.main) {
  const { host, port: at } = options({ host: text("localhost"), port: port(8000) });
  await program(`send requests to ${host}:${at}`, () => main(host, at));
}
