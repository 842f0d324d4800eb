// Copyright 2026 the asyncio authors. MIT license.

/** Tasks that wait deep inside of functions, of both styles. */

import {
  asyncWith,
  type Coroutine,
  coroutine,
  createTask,
  Event,
  Lock,
  Queue,
  run,
  sleep,
  timeout,
} from "@asyncio/asyncio";

const queue = new Queue<string>();
const lock = new Lock();

function* outer(): Coroutine<void> {
  const unused = inner();
  yield* inner();
  unused.return();
}

function* inner(): Coroutine<void> {
  yield* asyncWith(lock, function* held() {
    yield* sleep(600);
  });
}

class Server {
  async serve() {
    await asyncWith(timeout(600), async () => {
      await this.#receive();
    });
  }

  async #receive() {
    await Promise.all([queue.get(), sleep(600)]);
  }
}

await run(async function main() {
  createTask(outer(), { name: "generators" });
  createTask(() => new Server().serve(), { name: "functions" });
  createTask(queue.get(), { name: "not begun here" });
  createTask(async () => await coroutine(inner)(), { name: "both" });
  await sleep(0.01);
  console.log("ready");
  await new Event().wait();
});
