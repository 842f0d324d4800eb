// Copyright 2026 the asyncio authors. MIT license.

/**
 * The tour: all chapters in their order, in one process and under a minute. Each says what it shows
 * and then shows it, by the same functions that its own program runs.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=examples --allow-env --allow-run examples/tour.ts
 *
 * Delays are shorter here, and numbers smaller, than in the programs. No options.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { program } from "./_options.ts";
import * as blocking from "./10_blocking/pizza_server.ts";
import * as busyWait from "./10_blocking/pizza_busy_wait.ts";
import * as client from "./10_blocking/pizza_client.ts";
import * as threadCost from "./10_blocking/thread_cost.ts";
import * as threaded from "./10_blocking/threaded_pizza_server.ts";
import * as echo from "./11_event_loop/selectors_echo.ts";
import * as eventLoop from "./11_event_loop/event_loop.ts";
import * as reactor from "./11_event_loop/pizza_reactor.ts";
import * as fetchData from "./12_coroutines/fetch_data.ts";
import * as fibonacci from "./12_coroutines/fibonacci.ts";
import * as future from "./12_coroutines/future.ts";
import * as mixedCpu from "./12_coroutines/mixed_cpu.ts";
import * as pizzas from "./12_coroutines/pizza_server.ts";
import * as primitives from "./12_coroutines/primitives.ts";
import * as progress from "./12_coroutines/progress.ts";
import * as guessingAsync from "./guessing_game/asynchronous.ts";
import * as guessingThreaded from "./guessing_game/threaded.ts";
import * as antiPatterns from "./million/anti_patterns.ts";
import * as benchmark from "./million/benchmark.ts";
import * as million from "./million/million.ts";
import * as slowServer from "./million/slow_server.ts";
import * as stage1 from "./million/stage1_callbacks.ts";
import * as stage2 from "./million/stage2_classes.ts";
import * as stage3 from "./million/stage3_generators.ts";
import * as stage4 from "./million/stage4_async.ts";

const HOST = "localhost";
/** How long a pizza takes, in seconds. */
const DELAY = 0.3;
/** So few threads start in a moment. */
const BENCHMARK = { sleeps: 1000, workers: [10, 100, 1000, 10_000], threads: 10, limit: 20 };

interface Stop {
  /** The program it shows, in `examples/`. */
  readonly program: string;
  readonly shows: string;
  run(): Promise<unknown>;
}

interface Chapter {
  readonly title: string;
  readonly stops: readonly Stop[];
}

const chapters: readonly Chapter[] = [
  {
    title: "Chapter 10. Blocking and not blocking",
    stops: [
      {
        program: "10_blocking/pizza_server.ts",
        shows: "One client at a time: each waits for those before it.",
        run: () => serving((port, signal) => blocking.main([HOST, port, DELAY], signal), order),
      },
      {
        program: "10_blocking/threaded_pizza_server.ts",
        shows: "A thread for each client: nobody waits for another.",
        run: () => serving((port, signal) => threaded.main([HOST, port, DELAY], signal), order),
      },
      {
        program: "10_blocking/thread_cost.ts",
        shows: "But threads are dear.",
        run: () => threadCost.main(10, 100_000),
      },
      {
        program: "10_blocking/pizza_busy_wait.ts",
        shows: "One thread that never blocks: it asks everybody, over and over.",
        run: () => serving((port, signal) => busyWait.main(HOST, port, signal), order),
      },
    ],
  },
  {
    title: "Chapter 11. The event loop and the Reactor",
    stops: [
      {
        program: "11_event_loop/event_loop.ts",
        shows: "A queue of events, each of which may register the next.",
        run: () => eventLoop.main(0.2, AbortSignal.timeout(1000)),
      },
      {
        program: "11_event_loop/pizza_reactor.ts",
        shows: "A selector says who is ready, and the handler registered with him is called.",
        run: () => serving(reactToOrders, order),
      },
      {
        program: "11_event_loop/selectors_echo.ts",
        shows: "The same in thirty lines.",
        run: () => serving((port, signal) => echo.main(HOST, port, signal), sayHello),
      },
    ],
  },
  {
    title: "Chapter 12. Coroutines and asyncio",
    stops: [
      {
        program: "12_coroutines/fibonacci.ts",
        shows: "A generator stops in the middle; a loop of ten lines lets it go on.",
        run: async () => await fibonacci.main(),
      },
      {
        program: "12_coroutines/fetch_data.ts",
        shows: "Awaited, two take the time of two; gathered, three take the time of one.",
        run: () => fetchData.main(0.4),
      },
      {
        program: "12_coroutines/future.ts",
        shows: "A result that is not there yet: pending, done, cancelled.",
        run: () => future.main(0.3),
      },
      {
        program: "12_coroutines/pizza_server.ts",
        shows: "One thread, no callback, nobody waits for another.",
        run: () => serving(serveWithAsyncio, order),
      },
      {
        program: "12_coroutines/primitives.ts",
        shows: "Lock, Semaphore, Event, Queue and wait() at work.",
        run: () => asyncio.run(primitives.main(0.05)),
      },
      {
        program: "12_coroutines/mixed_cpu.ts",
        shows: "Work for the CPU in a process, in a thread, and where it should not be.",
        run: () => mixedCpu.main(10_000_000),
      },
      {
        program: "12_coroutines/progress.ts",
        shows: "Calls in threads, as they are done, and their results in order.",
        run: () => progress.main(5000),
      },
    ],
  },
  {
    title: "The guessing game, from threads to asyncio",
    stops: [
      {
        program: "guessing_game/threaded.ts",
        shows: "Threads and blocking sockets.",
        run: () => guessingThreaded.main(["127.0.0.1", 0, null]),
      },
      {
        program: "guessing_game/asynchronous.ts",
        shows: "The same game, rewritten line by line.",
        run: () => guessingAsync.main("127.0.0.1", 0, null),
      },
    ],
  },
  {
    title: "The road to a million concurrent tasks",
    stops: [
      {
        program: "million/stage1_callbacks.ts",
        shows: "Ten requests to a slow server, all at once: callbacks in callbacks.",
        run: () => serving(answerSlowly, (port) => stage1.main(HOST, port)),
      },
      {
        program: "million/stage2_classes.ts",
        shows: "The same with a class, whose methods are the callbacks.",
        run: () => serving(answerSlowly, (port) => stage2.main(HOST, port)),
      },
      {
        program: "million/stage3_generators.ts",
        shows: "The same with generators: Future, Task and EventLoop in a hundred lines.",
        run: () => serving(answerSlowly, (port) => stage3.main(HOST, port)),
      },
      {
        program: "million/stage4_async.ts",
        shows: "The same with asyncio.",
        run: () => serving(answerSlowly, (port) => stage4.main(HOST, port)),
      },
      {
        program: "million/anti_patterns.ts",
        shows: "What not to do, what the library says of it, and what to do.",
        run: () => antiPatterns.main(0.2),
      },
      {
        program: "million/benchmark.ts",
        shows:
          "Short sleeps, shared by more and more tasks, and by threads: no more than ten here.",
        run: () => benchmark.main(BENCHMARK),
      },
      {
        program: "million/million.ts",
        shows: "A million tasks, all asleep at once.",
        run: () => million.main(1_000_000, 4),
      },
    ],
  },
];

/** Runs a server on a free port for as long as the visitors are there. */
async function serving(
  serve: (port: number, signal: AbortSignal) => Promise<void>,
  visit: (port: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const port = freePort();
  const serving = serve(port, stop.signal);
  await Promise.race([serving, listening(port)]);
  await visit(port);
  stop.abort();
  await serving;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits until nobody else can listen on a port. Connecting to it would show in the output. */
async function listening(port: number): Promise<void> {
  for (let isFree = true; isFree;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch {
      isFree = false;
    }
  }
}

/** Three clients order at once. */
async function order(port: number): Promise<void> {
  await asyncio.run(() => client.main(HOST, port, 3));
}

async function sayHello(port: number): Promise<void> {
  await asyncio.run(async () => {
    const [reader, writer] = await asyncio.openConnection(HOST, port);
    writer.write("Hello\n");
    console.log("the client reads", new TextDecoder().decode(await reader.readline()).trimEnd());
    writer.close();
    await writer.waitClosed();
  });
}

async function reactToOrders(port: number, signal: AbortSignal): Promise<void> {
  signal.addEventListener("abort", reactor.stop);
  await reactor.runServer(HOST, port);
}

async function serveWithAsyncio(port: number, signal: AbortSignal): Promise<void> {
  await untilCancelled(asyncio.run(() => pizzas.runServer(HOST, port, DELAY, signal)));
}

async function answerSlowly(port: number, signal: AbortSignal): Promise<void> {
  await untilCancelled(slowServer.main(HOST, port, 0.5, signal));
}

/** A server of asyncio's ends by being cancelled. */
async function untilCancelled(serving: Promise<void>): Promise<void> {
  try {
    await serving;
  } catch (error) {
    if (!(error instanceof asyncio.CancelledError)) throw error;
  }
}

/** Walks through all chapters. */
export async function main(): Promise<void> {
  const start = performance.now();
  for (const { title, stops } of chapters) {
    console.log(`\n=== ${title} ===`);
    for (const { program, shows, run } of stops) {
      console.log(`\n--- ${program}\n--- ${shows}\n`);
      await run();
    }
  }
  const time = (performance.now() - start) / 1000;
  console.log(
    `\nThe tour is over, after ${time.toFixed(1)} s. examples/README.md says where to look next.`,
  );
}

if (import.meta.main) {
  await program("give the tour", main);
}
