// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";
import {
  assertRefuses,
  assertStops,
  freePort,
  outputOf,
  Program,
  reset,
  talk,
} from "./_program.ts";

const PIZZA = "Here's your pizza!";
const SERVERS = [
  "10_blocking/pizza_server.ts",
  "10_blocking/threaded_pizza_server.ts",
  "10_blocking/native_pizza_server.ts",
  "10_blocking/native_threaded_pizza_server.ts",
  "10_blocking/pizza_busy_wait.ts",
  "11_event_loop/pizza_reactor.ts",
  "12_coroutines/pizza_server.ts",
];

for (const path of SERVERS) {
  Deno.test(`${path} serves fifty at once, whatever others do`, async () => {
    await using server = new Program(path, "--port", "0", ...withoutDelay(path));
    const port = await server.port();
    await reset(port);
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    const orders = Array.from({ length: 50 }, (_, i) => talk(port, `Pizza ${i}`));
    assertEquals(await Promise.all(orders), Array(50).fill(PIZZA));
    server.signal("SIGINT");
    // Who blocks in a system call hears of no signal: it ends the process.
    assertEquals((await server.ended()).code, path.includes("native") ? 130 : 0);
  });

  Deno.test(`${path} refuses what it cannot do, in a line`, async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    await Promise.all([
      assertRefuses({ code: 2, message: /--port must be .*abc/ }, path, "--port", "abc"),
      assertRefuses({ code: 2, message: /--port/ }, path, "--port", "65536"),
      assertRefuses({ code: 2, message: /--port/ }, path, "--port"),
      assertRefuses(
        { code: 1, message: /^Cannot serve on a b:0: / },
        path,
        "--host",
        "a b",
        "--port",
        "0",
      ),
      assertRefuses({ code: 2, message: /[Uu]nknown option/ }, path, "--prot", "8000"),
      assertRefuses(
        {
          code: 1,
          message: new RegExp(`^Cannot serve on localhost:${port}: Address already in use`),
        },
        path,
        "--port",
        `${port}`,
      ),
    ]);
  });
}

function withoutDelay(path: string): string[] {
  const isInstant = path.includes("busy_wait") || path.includes("reactor");
  return isInstant ? [] : ["--delay", "0"];
}

for (const name of ["pizza_server", "threaded_pizza_server"]) {
  const path = `10_blocking/${name}.ts`;

  Deno.test(`${name} sells pizzas, and stops at SIGINT with nothing left listening`, async () => {
    await using server = new Program(path, "--port", "0", "--delay", "0.01");
    const port = await server.port();
    assertEquals(await talk(port, "Margherita"), PIZZA);
    assertEquals(
      await Promise.all(Array.from({ length: 5 }, (_, i) => talk(port, `Pizza ${i}`))),
      Array(5).fill(PIZZA),
    );
    await server.printed(
      /^Pizza server running on localhost:\d+\nConnection from \[ "127\.0\.0\.1", \d+ \]\nOrder received: Margherita\n/,
    );
    await assertStops(server, port);
  });

  Deno.test(`${name} stops at SIGTERM while a client says nothing`, async () => {
    await using server = new Program(path, "--port", "0");
    const port = await server.port();
    using _silent = await Deno.connect({ hostname: "127.0.0.1", port });
    await server.printed(/Connection from/);
    await assertStops(server, port, "SIGTERM");
  });

  Deno.test(`${name} stops at SIGINT while a pizza is in the oven`, async () => {
    await using server = new Program(path, "--port", "0", "--delay", "1000");
    const port = await server.port();
    const order = talk(port, "Quattro stagioni");
    await server.printed(/Order received: Quattro stagioni/);
    await assertStops(server, port);
    assertEquals(await order, "");
  });
}

Deno.test("pizza_busy_wait sells pizzas, and says at its end how often it asked in vain", async () => {
  await using server = new Program("10_blocking/pizza_busy_wait.ts", "--port", "0");
  const port = await server.port();
  using _silent = await Deno.connect({ hostname: "127.0.0.1", port });
  assertEquals(await Promise.all([talk(port, "Funghi"), talk(port, "Funghi")]), [PIZZA, PIZZA]);
  await server.printed(/Order received: Funghi\n[^]*Order received: Funghi\n/);
  await assertStops(server, port);
  assertMatch((await server.ended()).stdout, /\nAsked [1-9]\d* times in vain\n$/);
});

Deno.test("pizza_client times every client", async () => {
  await using server = new Program(
    "12_coroutines/pizza_server.ts",
    "--port",
    "0",
    "--delay",
    "0.01",
  );
  const port = await server.port();
  const output = await outputOf(
    "10_blocking/pizza_client.ts",
    "--port",
    `${port}`,
    "--clients",
    "4",
  );
  const lines = output.trimEnd().split("\n");
  assertMatch(lines.pop()!, /^4 pizzas in \d+\.\d s, after a wait of \d+\.\d s on average$/);
  assertEquals(
    lines.map((line) => line.replace(/\(\d+\.\d s\)/, "(TIME)")).sort(),
    [1, 2, 3, 4].map((i) => `Client ${i}: ${PIZZA} (TIME)`),
  );
});

Deno.test("pizza_client says that nobody can listen on port 0", async () => {
  const expected = { code: 1, message: /^Cannot order from localhost:0: Invalid port/ };
  await assertRefuses(expected, "10_blocking/pizza_client.ts", "--port", "0");
});

Deno.test("pizza_client says that there is no server", async () => {
  const port = freePort();
  await assertRefuses(
    { code: 1, message: new RegExp(`^Cannot order from localhost:${port}: Connection refused`) },
    "10_blocking/pizza_client.ts",
    "--port",
    `${port}`,
  );
});

Deno.test("thread_cost compares a thread with a task", async () => {
  const output = await outputOf("10_blocking/thread_cost.ts", "--threads", "2", "--tasks", "20000");
  assertMatch(output, /^\| thread \(Worker\) \| +2 \| +\d+\.\d us \| +\d+\.\d\d KiB \|$/m);
  assertMatch(output, /^\| task +\| +20000 \| +\d+\.\d us \| +-?\d+\.\d\d KiB \|$/m);
  assertMatch(output, /^A thread costs [\d,]+ times the time and .* of a task$/m);
});
