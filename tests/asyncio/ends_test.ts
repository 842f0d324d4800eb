// Copyright 2026 the asyncio authors. MIT license.

/** How programs end that have left something open. Each is a process of its own. */

import { assertEquals, assertMatch } from "@std/assert";

/** Longer than any of them may take, in milliseconds: who is still there then would be for ever. */
const FOR_EVER = 20_000;

function start(name: string): Deno.ChildProcess {
  const program = new URL("_programs/ends.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc", program, name],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits until a process has ended; one that does not is killed, and its code says so. */
async function ended(child: Deno.ChildProcess): Promise<Ended> {
  const timer = setTimeout(() => child.kill("SIGKILL"), FOR_EVER);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const CLEAN: Ended = { code: 0, stdout: "end\n", stderr: "" };

for (const name of ["written", "closed", "byHand", "connection"]) {
  Deno.test(`a process ends though a peer never reads: ${name}`, async () => {
    assertEquals(await ended(start(name)), CLEAN);
  });
}

Deno.test("a process that is interrupted ends though a peer never reads", async () => {
  const child = start("interrupted");
  const timer = setTimeout(() => child.kill("SIGKILL"), FOR_EVER);
  const errors = new Response(child.stderr).text();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (text === "") child.kill("SIGINT");
    text += piece;
  }
  const { code } = await child.status;
  clearTimeout(timer);
  assertEquals([text, await errors, code], ["ready\nKeyboardInterrupt\nend\n", "", 0]);
});

Deno.test("a process ends though a server was left open, and hears of it", async () => {
  const { code, stdout, stderr } = await ended(start("server"));
  assertEquals([code, stdout], [0, "end\n"]);
  assertMatch(stderr, /^unclosed server <Server sockets=\[<TransportSocket fd=\d+, .*>\]>\n$/);
});

Deno.test("what was written arrives, though the loop is closed at once", async () => {
  assertEquals(await ended(start("lastWords")), { ...CLEAN, stdout: "100000\nend\n" });
});

Deno.test("what was written before close() arrives, however slowly it is read", async () => {
  assertEquals(await ended(start("nothingLost")), { ...CLEAN, stdout: "4000000\nend\n" });
});

// CPython: test_base_events.py, BaseEventLoopTests.test___del__, the warning of it
Deno.test("a loop that is dropped unclosed is warned of", async () => {
  const warning = "unclosed event loop <EventLoop running=False closed=False debug=False>\n";
  assertEquals(await ended(start("dropped")), { ...CLEAN, stderr: warning });
});
