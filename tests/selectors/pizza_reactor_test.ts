// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../..", import.meta.url);

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--allow-net", "examples/11_event_loop/pizza_reactor.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the program with arguments that it ends by itself with. */
async function run(...args: string[]): Promise<[stdout: string, stderr: string, code: number]> {
  const { stdout, stderr, code } = await start(...args).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return [decode(stdout), decode(stderr), code];
}

/** A running server, its port, and what it prints. */
async function serve(): Promise<{ child: Deno.ChildProcess; port: number; rest: Promise<string> }> {
  const child = start("--port", "0", "--host", "127.0.0.1");
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  while (!printed.includes("\n")) printed += (await reader.read()).value ?? "\n";
  const port = Number(/^Pizza server running on 127\.0\.0\.1:(\d+)\n/.exec(printed)![1]);
  async function readRest() {
    let rest = "";
    for (let part; !(part = await reader.read()).done;) rest += part.value;
    return rest;
  }
  return { child, port, rest: readRest() };
}

async function order(port: number, text: string): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  if (text) await conn.write(new TextEncoder().encode(text));
  else await conn.closeWrite();
  return await new Response(conn.readable).text();
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `pizza_reactor serves one, none and fifty clients, and ends by ${signal}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const { child, port, rest } = await serve();
      const pizza = "Here's your pizza!";
      assertEquals(await order(port, "Margherita"), pizza);
      assertEquals(await order(port, ""), "");
      const fifty = Array.from({ length: 50 }, (_, i) => order(port, `Pizza ${i}`));
      assertEquals(new Set(await Promise.all(fifty)), new Set([pizza]));
      using _idle = await Deno.connect({ hostname: "127.0.0.1", port });
      child.kill(signal);
      assertEquals((await child.status).code, 0);
      const lines = (await rest).split("\n");
      assertMatch(lines[0]!, /^Connection from \[ "127\.0\.0\.1", \d+ \]$/);
      assertEquals(lines[1], "Order received: Margherita");
      assertEquals(lines.filter((line) => line.startsWith("Order received: Pizza")).length, 50);
      assertEquals(await new Response(child.stderr).text(), "");
    },
  });
}

Deno.test("pizza_reactor tells errors of use in one line, with exit code 2", async () => {
  const port = "--port must be a number from 0 to 65535, not";
  assertEquals(await run("--port", "abc"), ["", `${port} "abc"\n`, 2]);
  assertEquals(await run("--port", "65536"), ["", `${port} "65536"\n`, 2]);
  assertEquals(await run("--prot", "1"), ["", "Unknown option: --prot (--help lists them)\n", 2]);
});

Deno.test("pizza_reactor tells a port in use in one line, with exit code 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  assertEquals(await run("--port", `${port}`), [
    "",
    `Cannot serve on localhost:${port}: Address already in use (os error 98)\n`,
    1,
  ]);
});
