// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Program } from "./_program.ts";

const PATH = "graceful_server.ts";
const CLIENTS = 50;

/** What has become of a client's requests. */
interface Outcome {
  sent: number;
  answers: string[];
}

/** Sends one request after the other, until the server ends the connection. */
async function load(port: number, name: string): Promise<Outcome> {
  const outcome: Outcome = { sent: 0, answers: [] };
  let conn: Deno.Conn;
  try {
    conn = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return outcome;
    throw error;
  }
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1000);
  try {
    for (let text = "";;) {
      await conn.write(new TextEncoder().encode(`${name} ${outcome.sent++}\n`));
      while (!text.includes("\n")) {
        const size = await conn.read(buffer);
        if (size === null) {
          assertEquals(text, "", "an answer was cut");
          return outcome;
        }
        text += decoder.decode(buffer.subarray(0, size));
      }
      outcome.answers.push(text.slice(0, text.indexOf("\n")));
      text = text.slice(text.indexOf("\n") + 1);
    }
  } catch (error) {
    // What is sent when the server has gone is answered by a reset: it was accepted by nobody.
    const { BrokenPipe, ConnectionReset } = Deno.errors;
    assert(error instanceof ConnectionReset || error instanceof BrokenPipe, String(error));
    return outcome;
  } finally {
    conn.close();
  }
}

Deno.test(`${PATH} drains at SIGTERM under load, and loses no accepted request`, async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const clients = Array.from({ length: CLIENTS }, (_, i) => load(port, `client ${i}`));
  // An idle client, and one that has sent half a request, must not hold it up.
  using idle = await Deno.connect({ hostname: "127.0.0.1", port });
  using half = await Deno.connect({ hostname: "127.0.0.1", port });
  await half.write(new TextEncoder().encode("half a li"));
  await askOnce(port);
  server.signal("SIGTERM");
  const outcomes = await Promise.all(clients);
  const { code, stdout, stderr } = await server.ended();
  assertEquals([code, stderr], [0, ""]);
  const [, accepted, answered] = /Accepted (\d+) requests, answered (\d+)/.exec(stdout)!;
  assertEquals(accepted, answered);
  const received = outcomes.flatMap(({ answers }) => answers);
  // One more is that of the client that told us that the server is under load.
  assertEquals(received.length + 1, Number(answered));
  assert(received.length >= CLIENTS, `${received.length} answers`);
  for (const [i, { answers, sent }] of outcomes.entries()) {
    assertEquals(answers, answers.map((_, n) => `done: client ${i} ${n}`));
    // All that was sent was answered, but for the one that met the end.
    assert(answers.length >= sent - 1, `${answers.length} answers to ${sent} requests`);
  }
  for (const conn of [idle, half]) assertEquals(await conn.read(new Uint8Array(1)), null);
});

/** One request and its answer: when it has come, the others have been served for a while. */
async function askOnce(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode("hello\n"));
  await conn.read(new Uint8Array(100));
}

Deno.test(`${PATH} ends at once when nobody is there`, async () => {
  await using server = new Program(PATH, "--port", "0");
  await server.port();
  server.signal("SIGINT");
  const { code, stdout, stderr } = await server.ended();
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.endsWith("Accepted 0 requests, answered 0\n"), stdout);
});
