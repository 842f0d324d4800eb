// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";
import { createTask, openConnection, run } from "@asyncio/asyncio";
import { asset } from "../../watch/server/assets.ts";
import { servePage } from "../../watch/server/serve.ts";

const ASSETS = new Map(
  [asset("/", "<p>page</p>"), asset("/page.js", "script"), asset("/a.json", "{}")]
    .map((one) => [one.path, one]),
);

/** Sends text to the server, and gives all that it answers until it or we are through. */
function ask(...texts: string[]): Promise<string> {
  return run(async () => {
    const server = await createTask(servePage(ASSETS, "127.0.0.1", 0));
    const [host, port] = server.sockets[0].getsockname();
    const [reader, writer] = await openConnection(host, port);
    for (const text of texts) writer.write(text);
    writer.writeEof();
    const bytes = await reader.read();
    writer.close();
    await writer.waitClosed();
    server.close();
    await server.waitClosed();
    return new TextDecoder().decode(bytes);
  });
}

function get(path: string, host = "localhost:8013", method = "GET"): string {
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n\r\n`;
}

function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

Deno.test("servePage() sends the page, with what it needs to be safe", async () => {
  const answer = await ask(get("/"));
  assertMatch(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assertMatch(answer, /\r\nContent-Type: text\/html; charset=utf-8\r\n/);
  assertMatch(answer, /\r\nContent-Length: 11\r\n/);
  assertMatch(answer, /\r\nContent-Security-Policy: default-src 'self';/);
  assertMatch(answer, /\r\n\r\n<p>page<\/p>$/);
});

Deno.test("servePage() answers one request after the other", async () => {
  const answer = await ask(
    get("/page.js?1"),
    get("/a.json"),
    get("/none"),
    get("/", "localhost", "HEAD"),
  );
  assertEquals(statusesIn(answer), [200, 200, 404, 200]);
  assertMatch(answer, /text\/javascript[^]*script[^]*application\/json[^]*\{\}/);
  assertMatch(answer, /\r\n\r\n$/);
});

Deno.test("servePage() has no files but its own, and no method but to get them", async () => {
  const paths = ["/../deno.json", "/%2e%2e/deno.json", "//etc/passwd", "/page.js/", "/constructor"];
  assertEquals(statusesIn(await ask(...paths.map((path) => get(path)))), paths.map(() => 404));
  assertEquals(statusesIn(await ask(get("/", "localhost", "POST"))), [405]);
});

Deno.test("servePage() answers whoever asks for this machine, and for no other name", async () => {
  const good = ["localhost", "127.0.0.1:80", "[::1]:8013", "192.168.0.7:8013"];
  assertEquals(statusesIn(await ask(...good.map((host) => get("/", host)))), good.map(() => 200));
  const bad = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""];
  assertEquals(statusesIn(await ask(...bad.map((host) => get("/", host)))), bad.map(() => 403));
});

Deno.test("servePage() ends a conversation that is none", async () => {
  assertEquals(statusesIn(await ask("hello\r\n\r\n", get("/"))), [400]);
  assertEquals(await ask("GET / HTTP/1.1\r\nHost: localhost\r\n"), "");
  assertEquals(await ask(`GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`), "");
});
