// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";

const MAIN = new URL("../../watch/main.ts", import.meta.url).pathname;

/** Starts the server as `deno task watch` does. */
function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", MAIN, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}

Deno.test("deno task watch serves the page until it is told to stop", async () => {
  const child = start("--port", "0");
  let printed = "";
  let address = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += chunk;
    address = /http:\/\/localhost:\d+\//.exec(printed)?.[0] ?? "";
    if (address !== "") break;
  }
  const get = async (path: string) => await (await fetch(new URL(path, address))).text();
  assertMatch(await get("/"), /<script type="module" src="\/page\.js">/);
  for (const path of ["/page.js", "/worker.js"]) {
    assertMatch(await get(path), /asyncio/);
  }
  assertEquals(JSON.parse(await get("/chapters.json")).length, 10);
  child.kill("SIGTERM");
  assertEquals([await textOf(child.stderr), (await child.status).code], ["", 0]);
});

Deno.test("deno task watch says in a line what it cannot do", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const child = start(`--port=${port}`);
  const [, error] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  assertMatch(error, /^Cannot serve on 127\.0\.0\.1:\d+: .*in use.*\n$/);
  assertEquals((await child.status).code, 1);
});
