// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  type Coroutine,
  Event,
  Lock,
  Queue,
  run,
  Semaphore,
  sleep,
  TaskGroup,
} from "@asyncio/asyncio";

const lock = new Lock();
const tables = new Semaphore(2);
const opening = new Event();
const orders = new Queue<string>(1);

function* guest(name: string): Coroutine<void> {
  yield* opening.wait();
  yield* asyncWith(tables, function* () {
    console.log(`${name} sits down`);
    yield* asyncWith(lock, function* () {
      console.log(`${name} has the menu`);
      yield* sleep(1);
    });
    yield* orders.put(`pizza for ${name}`);
  });
  console.log(`${name} has ordered`);
}

function* cook(count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) {
    const order = yield* orders.get();
    console.log(`cooking: ${order}`);
    yield* sleep(2);
  }
}

function* main() {
  yield* asyncWith(new TaskGroup(), function* (group) {
    for (const name of ["Ann", "Ben", "Cleo"]) {
      group.createTask(guest(name), { name });
    }
    group.createTask(cook(3), { name: "cook" });
    yield* sleep(1);
    console.log("open!");
    opening.set();
  });
}

await run(main);
