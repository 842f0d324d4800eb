// Copyright 2026 the asyncio authors. MIT license.

/**
 * What tasks meet at: a Lock, a Semaphore, an Event, a Queue, and wait(), each at work in a pizzeria.
 * Generator coroutines, this once; async functions would read the same with `await`.
 *
 * From the concurrency course, part VII, chapter 12 (the table of asyncio's primitives).
 *
 *     deno run examples/12_coroutines/primitives.ts
 *
 * Options: `--delay`, the seconds that each piece of work takes.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { Coroutine } from "@asyncio/asyncio";
import { options, program, seconds } from "../_options.ts";

/** Lock: one at a time. Without it, all would begin with the same balance, and sales would be lost. */
function* atTheTill(delay: number): Coroutine<void> {
  const lock = new asyncio.Lock();
  let balance = 0;

  function* sell(price: number): Coroutine<void> {
    yield* asyncio.asyncWith(lock, function* () {
      const before = balance;
      yield* asyncio.sleep(delay);
      balance = before + price;
    });
  }

  yield* asyncio.gather(sell(8), sell(9), sell(10));
  console.log(`Lock: ${balance} in the till`);
}

/** Semaphore: so many at a time. */
function* atTheOven(delay: number): Coroutine<void> {
  const oven = new asyncio.Semaphore(2);
  let [inside, most] = [0, 0];

  function* bake(pizza: string): Coroutine<void> {
    yield* asyncio.asyncWith(oven, function* () {
      console.log(`Semaphore: ${pizza} goes in`);
      most = Math.max(most, ++inside);
      yield* asyncio.sleep(delay);
      inside--;
    });
  }

  yield* asyncio.gather(bake("Margherita"), bake("Funghi"), bake("Marinara"), bake("Diavola"));
  console.log(`Semaphore: never more than ${most} in the oven`);
}

/** Event: everybody waits until it happens. */
function* atTheDoor(delay: number): Coroutine<void> {
  const open = new asyncio.Event();

  function* guest(name: string): Coroutine<void> {
    console.log(`Event: ${name} waits at the door`);
    yield* open.wait();
    console.log(`Event: ${name} comes in`);
  }

  const guests = ["Anna", "Bruno"].map((name) => asyncio.createTask(guest(name)));
  yield* asyncio.sleep(delay);
  console.log("Event: the pizzeria opens");
  open.set();
  yield* asyncio.gather(...guests);
}

/** Queue: what some put in, others take out. Who puts too much waits, who finds nothing waits. */
function* atTheCounter(delay: number): Coroutine<void> {
  const orders = new asyncio.Queue<string>(2);

  function* waiter(): Coroutine<void> {
    for (const order of ["Margherita", "Funghi", "Marinara", "Diavola"]) {
      yield* orders.put(order);
      console.log(`Queue: ${order} ordered, ${orders.qsize()} waiting`);
    }
  }

  function* baker(): Coroutine<void> {
    while (true) {
      const order = yield* orders.get();
      yield* asyncio.sleep(delay);
      console.log(`Queue: ${order} served`);
      orders.taskDone();
    }
  }

  const baking = asyncio.createTask(baker());
  yield* waiter();
  yield* orders.join();
  baking.cancel();
}

/** wait(): whoever comes first, and who is still on the way. */
function* onTheRoad(delay: number): Coroutine<void> {
  function* deliver(by: string, hours: number): Coroutine<string> {
    yield* asyncio.sleep(hours * delay);
    return by;
  }

  const tasks = [
    asyncio.createTask(deliver("the van", 5)),
    asyncio.createTask(deliver("the bicycle", 1)),
    asyncio.createTask(deliver("the snail", 1000)),
  ];
  const [first] = yield* asyncio.wait(tasks, { returnWhen: asyncio.FIRST_COMPLETED });
  for (const task of first) console.log(`wait: ${task.result()} comes first`);

  const [done, pending] = yield* asyncio.wait(tasks, { timeout: 8 * delay });
  console.log(`wait: ${done.size} have come, ${pending.size} is still on the way`);
  for (const task of pending) task.cancel();
}

/** Shows each primitive. */
export function* main(delay: number): Coroutine<void> {
  yield* atTheTill(delay);
  yield* atTheOven(delay);
  yield* atTheDoor(delay);
  yield* atTheCounter(delay);
  yield* onTheRoad(delay);
}

if (import.meta.main) {
  const { delay } = options({ delay: seconds(0.1) });
  await program("run", () => asyncio.run(main(delay)));
}
