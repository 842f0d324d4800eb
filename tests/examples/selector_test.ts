// Copyright 2026 the asyncio authors. MIT license.

/** The programs that take `--selector`, on each that this system has. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeIdentity } from "../asyncio/_certificates.ts";
import { FakeRedis } from "./_fake_redis.ts";
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

  test("the reactor sells, the echo of selectors echoes", async () => {
    const path = "11_event_loop/";
    await using reactor = Program.with("--allow-ffi", `${path}pizza_reactor.ts`, ...args);
    assertEquals(await talk(await reactor.port(), "Margherita"), "Here's your pizza!");
    await using echo = Program.with("--allow-ffi", `${path}selectors_echo.ts`, ...args);
    const port = await echo.port();
    assertEquals(await talk(port, "Hello", { closeWrite: true }), "Hello");
    for (const server of [reactor, echo]) {
      server.signal("SIGINT");
      const { code, stderr } = await server.ended();
      assertEquals([code, stderr], [0, ""]);
    }
  });

  test("the ten requests to the slow server are answered at once", async () => {
    const path = "million/";
    await using server = Program.with(
      "--allow-ffi",
      `${path}slow_server.ts`,
      ...args,
      "--delay",
      "0",
    );
    const port = ["--port", String(await server.port()), "--selector", name];
    await using requests = Program.with("--allow-ffi", `${path}stage4_async.ts`, ...port);
    const { code, stdout } = await requests.ended();
    assertEquals([code, stdout.match(/^Consumed response: Answer to /gm)?.length], [0, 10]);
    server.signal("SIGINT");
    assertEquals((await server.ended()).code, 0);
  });

  test("the crawler visits its site", async () => {
    const site = ["--pages", "4", "--timeout", "60", "--selector", name];
    await using crawler = Program.with("--allow-ffi", "crawler.ts", ...site);
    const { code, stdout } = await crawler.ended();
    assertEquals(code, 0);
    assertMatch(stdout, /The whole site:\n5 pages in .* 0 without an answer\n$/);
  });

  test("the client of Redis talks to a server", async () => {
    using redis = new FakeRedis();
    const port = ["--port", String(redis.port), "--selector", name];
    await using client = Program.with("--allow-ffi", "redis_client.ts", ...port);
    const { code, stdout } = await client.ended();
    assertEquals(code, 0);
    assertMatch(stdout, /^PING: PONG\n[^]*one go: 1000\nGET: null\n$/);
  });

  test("the echo over TLS says what it is told", async () => {
    const folder = await Deno.makeTempDir();
    const { cert, key } = await makeIdentity("localhost", { dnsNames: ["localhost"] });
    await Deno.writeTextFile(`${folder}/cert.pem`, cert);
    await Deno.writeTextFile(`${folder}/key.pem`, key);
    const files = ["--cert", `${folder}/cert.pem`, "--key", `${folder}/key.pem`];
    const said = [...args, ...files, "--message", "hello"];
    await using echo = Program.with("--allow-ffi", "tls_echo.ts", ...said);
    const { code, stdout } = await echo.ended();
    assertEquals([code, stdout.trimEnd().split("\n").at(-1)], [0, "hello"]);
    await Deno.remove(folder, { recursive: true });
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
  if (!LINUX) return;
  await assertRefuses(native, path, "--port", "0", "--selector", "epoll");
  const reactor = "11_event_loop/pizza_reactor.ts";
  await assertRefuses(native, reactor, "--port", "0", "--selector", "epoll");
  const foreign = { code: 1, message: /^Cannot serve on localhost:0: .*KqueueSelector/ };
  await assertRefuses(foreign, path, "--port", "0", "--selector", "kqueue");
});
