// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "../../distributed/_command.ts";

Deno.test("the worker's command line is read into its options", () => {
  assertEquals(parse(["worker"]), {});
  assertEquals(
    parse([
      "worker",
      "--servers",
      "nats://a:1,nats://b:2",
      "--queue",
      "q",
      "--concurrency",
      "3",
      "--tries",
      "2",
      "--redeliver-after",
      "0.5",
      "--storage",
      "memory",
    ]),
    {
      servers: "nats://a:1,nats://b:2",
      queue: "q",
      concurrency: 3,
      tries: 2,
      redeliverAfter: 0.5,
      storage: "memory",
    },
  );
});

Deno.test("the worker's command line is refused where it makes no sense", () => {
  assertThrows(() => parse([]), Error, 'unknown command ""');
  assertThrows(() => parse(["run"]), Error, 'unknown command "run"');
  assertThrows(() => parse(["worker", "--port", "1"]), Error, "unknown option --port");
  assertThrows(() => parse(["worker", "--queue"]), Error, "--queue needs a value");
  assertThrows(() => parse(["worker", "--tries", "-1"]), Error, "-1 is no positive number");
});

async function runCommand(...args: string[]): Promise<{ code: number; stderr: string }> {
  const entry = new URL("../../distributed/mod.ts", import.meta.url).href;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--allow-net", entry, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("the worker's command says what is wrong, and ends", async () => {
  const unknown = await runCommand("work");
  assertEquals(unknown.code, 2);
  assertMatch(unknown.stderr, /^unknown command "work"\n\nusage: distributed worker/);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const alone = await runCommand("worker", "--servers", `127.0.0.1:${port}`);
  assertEquals(alone.code, 1);
  assertStringIncludes(alone.stderr, "the worker has ended: ");
});
