// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertRefuses, assertStops, Program, reset, talk } from "./_program.ts";

const EVENT_LOOP = "11_event_loop/event_loop.ts";
const ECHO = "11_event_loop/selectors_echo.ts";
const SOCKET = String.raw`<Socket fd=\d+, family=2, type=1, proto=0, ` +
  String.raw`laddr=\['127.0.0.1', \d+\], raddr=\['127.0.0.1', \d+\]>`;

Deno.test("event_loop runs chained events in turn, and on until SIGINT", async () => {
  await using program = new Program(EVENT_LOOP, "--delay", "0.01");
  await program.printed(/\?\n[^]*\?\n/);
  program.signal("SIGINT");
  assertEquals(await program.ended(), {
    code: 0,
    stdout: "Queue running with 2 events\nKnock-knock\nKnock-knock\nWho's there?\nWho's there?\n",
    stderr: "",
  });
});

Deno.test("event_loop stops at SIGTERM between two events", async () => {
  await using program = new Program(EVENT_LOOP, "--delay", "0.3");
  await program.printed(/Knock-knock\n/);
  program.signal("SIGTERM");
  const { code, stdout } = await program.ended();
  assertEquals(code, 0);
  assert(!stdout.includes("Who's there?\nWho's there?"), stdout);
});

Deno.test("event_loop refuses options that it does not know", async () => {
  await assertRefuses(
    { code: 2, message: /^--delay must be a number of seconds/ },
    EVENT_LOOP,
    "--delay",
    "-1",
  );
  await assertRefuses({ code: 2, message: /^Unknown option: now / }, EVENT_LOOP, "now");
});

Deno.test("selectors_echo gives back what it is sent, in the words of its document", async () => {
  await using server = new Program(ECHO, "--port", "0");
  const port = await server.port();
  assertEquals(await echo(port, "Hello"), "Hello");
  await server.printed(/closing/);
  await assertStops(server, port);
  const { stdout } = await server.ended();
  assertMatch(
    stdout,
    new RegExp(
      String.raw`^listening on \[ "127.0.0.1", \d+ \]\n` +
        String.raw`accepted ${SOCKET} from \[ "127.0.0.1", \d+ \]\n` +
        String.raw`echoing "Hello" to ${SOCKET}\nclosing ${SOCKET}\n$`,
    ),
  );
});

Deno.test("selectors_echo serves fifty at once, and drops those who break or choke", async () => {
  await using server = new Program(ECHO, "--port", "0");
  const port = await server.port();
  await reset(port);
  await assertIsDropped(port);
  const texts = Array.from({ length: 50 }, (_, i) => `text ${i}`);
  assertEquals(await Promise.all(texts.map((text) => echo(port, text))), texts);
  await assertStops(server, port, "SIGTERM");
});

Deno.test("selectors_echo refuses what it cannot do, in a line", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = `${taken.addr.port}`;
  await assertRefuses({ code: 2, message: /^--port must be .*"abc"/ }, ECHO, "--port", "abc");
  await assertRefuses({ code: 1, message: /^Cannot serve on localhost/ }, ECHO, "--port", port);
});

/** Sends a text, ends its own side, and gives what comes back. */
async function echo(port: number, text: string): Promise<string> {
  return await talk(port, text, { closeWrite: true });
}

/** A client that sends and sends, and never reads. */
async function assertIsDropped(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    while (true) await conn.write(new Uint8Array(64 * 1024).fill(89));
  } catch (error) {
    const { ConnectionReset, BrokenPipe } = Deno.errors;
    assert(error instanceof ConnectionReset || error instanceof BrokenPipe, String(error));
  }
}
