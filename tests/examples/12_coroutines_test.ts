// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertRefuses, assertStops, outputOf, Program, talk } from "./_program.ts";

Deno.test("fibonacci prints the cycles of its document", async () => {
  assertEquals(
    await outputOf("12_coroutines/fibonacci.ts"),
    [1, 1, 2, 3, 5].map((number, i) => `Event loop cycle.\nFibonacci(${i}): ${number}\n`).join("") +
      "Event loop cycle.\nTask completed\n",
  );
});

Deno.test("fetch_data takes two delays in sequence, and one with gather", async () => {
  const output = await outputOf("12_coroutines/fetch_data.ts", "--delay", "0.4");
  assertEquals(
    output.replaceAll(/\d\.\d s/g, "TIME"),
    `Fetching url1...
Fetching url2...
Data from url1 Data from url2
Two, one after the other: TIME
Fetching url1...
Fetching url2...
Fetching url3...
[ "Data from url1", "Data from url2", "Data from url3" ]
Three at once: TIME
`,
  );
  const [sequential, concurrent] = output.match(/\d\.\d(?= s)/g)!.map(Number);
  assert(sequential! >= 0.8 && concurrent! >= 0.4, output);
  assert(sequential! > concurrent!, output);
});

Deno.test("future shows each state of a task", async () => {
  assertEquals(
    await outputOf("12_coroutines/future.ts", "--delay", "0.01"),
    `Task done: false
Task done: true
Result: Operation completed
Task done: false
Task cancelled: true
Future: <Future pending>
Future: <Future finished result='Set by a callback'>
`,
  );
});

Deno.test("primitives puts each to work", async () => {
  assertEquals(
    await outputOf("12_coroutines/primitives.ts", "--delay", "0.05"),
    `Lock: 27 in the till
Semaphore: Margherita goes in
Semaphore: Funghi goes in
Semaphore: Marinara goes in
Semaphore: Diavola goes in
Semaphore: never more than 2 in the oven
Event: Anna waits at the door
Event: Bruno waits at the door
Event: the pizzeria opens
Event: Anna comes in
Event: Bruno comes in
Queue: Margherita ordered, 1 waiting
Queue: Funghi ordered, 2 waiting
Queue: Marinara ordered, 2 waiting
Queue: Margherita served
Queue: Diavola ordered, 2 waiting
Queue: Funghi served
Queue: Marinara served
Queue: Diavola served
wait: the bicycle comes first
wait: 2 have come, 1 is still on the way
`,
  );
});

for (const name of ["fetch_data", "future", "primitives"]) {
  Deno.test(`${name} refuses a delay that is none`, async () => {
    const expected = { code: 2, message: /^--delay must be a number of seconds, not "soon"\n/ };
    await assertRefuses(expected, `12_coroutines/${name}.ts`, "--delay", "soon");
  });
}

Deno.test("pizza_server on asyncio sells pizzas, and stops with clients of every kind", async () => {
  await using server = new Program(
    "12_coroutines/pizza_server.ts",
    "--port",
    "0",
    "--delay",
    "1000",
  );
  const port = await server.port();
  using _silent = await Deno.connect({ hostname: "127.0.0.1", port });
  const order = talk(port, "Marinara");
  await server.printed(/Order received: Marinara/);
  await assertStops(server, port, "SIGTERM");
  assertEquals(await order, "");
  assertMatch(
    (await server.ended()).stdout,
    /^Pizza server running on \[ "127\.0\.0\.1", \d+ \]\nConnection from \[ "127\.0\.0\.1", \d+ \]\n/,
  );
});

Deno.test("mixed_cpu computes as its document does, wherever it does so", async () => {
  const output = await outputOf("12_coroutines/mixed_cpu.ts");
  assertEquals(
    output.replaceAll(/\d+ ticks/g, "TICKS").replaceAll(/\d+\.\d ms/g, "TIME"),
    ["In a process:", "In a thread:", "In the loop:"].map((where) =>
      `${where}\nResult: 333333283333335000000\nTICKS meanwhile, the latest TIME late\n\n`
    ).join(""),
  );
});

Deno.test("progress shows calls as they are done, and results in order", async () => {
  const output = await outputOf("12_coroutines/progress.ts", "--n", "1000");
  assertEquals(
    output,
    Array.from({ length: 10 }, (_, i) => `${"#".repeat(i + 1).padEnd(10, ".")} ${i + 1} of 10\n`)
      .join("") +
      "1229 primes below 10000\n" +
      [168, 135, 127, 120, 119, 114, 117, 107, 110, 112]
        .map((primes, i) => `from ${1000 * i}: ${primes}\n`).join(""),
  );
});
