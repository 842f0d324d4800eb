// Copyright 2026 the asyncio authors. MIT license.

/** The programs that take `--selector`, on each that this system has. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LINUX } from "../selectors/native/_open.ts";
import { assertRefuses, outputOf, Program, talk } from "./_program.ts";

const SELECTORS = ["select", "poll", "epoll"];

for (const name of SELECTORS) {
  const args = ["--port", "0", "--selector", name];
  const test = (text: string, fn: () => Promise<void>) =>
    Deno.test({ name: `--selector ${name}: ${text}`, ignore: !LINUX, fn });

  test("the pizza server sells to the pizza client", async () => {
    const path = "12_coroutines/pizza_server.ts";
    await using server = Program.with("--allow-ffi", path, ...args, "--delay", "0");
    const port = await server.port();
    assertEquals(await talk(port, "Margherita"), "Here's your pizza!");
    const client = ["--port", String(port), "--clients", "2", "--selector", name];
    await using pizzas = Program.with("--allow-ffi", "10_blocking/pizza_client.ts", ...client);
    const { code, stdout } = await pizzas.ended();
    assertEquals(code, 0);
    assertMatch(stdout, /^2 pizzas in /m);
    server.signal("SIGINT");
    assertEquals((await server.ended()).code, 0);
  });

  test("the HTTP server serves a file", async () => {
    await using server = Program.with("--allow-ffi", "http_server.ts", ...args);
    const port = await server.port();
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assertStringIncludes(await response.text(), "<html");
    server.signal("SIGTERM");
    assertEquals((await server.ended()).code, 0);
  });

  test("the chat server greets, the guessing game is played", async () => {
    await using server = Program.with("--allow-ffi", "chat_server.ts", ...args);
    await server.port();
    server.signal("SIGINT");
    assertEquals((await server.ended()).code, 0);
    const game = [...args, "--seed", "6"];
    await using played = Program.with("--allow-ffi", "guessing_game/asynchronous.ts", ...game);
    const usual = await outputOf("guessing_game/asynchronous.ts", "--port", "0", "--seed", "6");
    assertEquals((await played.ended()).stdout, usual);
  });
}

Deno.test("--selector says what it cannot do, in a line", async () => {
  const path = "12_coroutines/pizza_server.ts";
  const unknown = {
    code: 2,
    message: /--selector must be one of deno, select, poll, epoll, kqueue/,
  };
  await assertRefuses(unknown, path, "--selector", "iocp");
  const native = { code: 1, message: /^Cannot serve on localhost:0: Requires ffi access/ };
  if (LINUX) await assertRefuses(native, path, "--port", "0", "--selector", "epoll");
});
