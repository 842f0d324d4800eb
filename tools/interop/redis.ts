// Copyright 2026 the asyncio authors. MIT license.

/**
 * A Redis server, met by the client of `examples/`; and `redis-cli`, which meets it through a proxy on
 * streams.
 *
 * @module
 */

import {
  type Coroutine,
  fromPromise,
  gather,
  openConnection,
  run,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";
import { check, outputOf, Running, type Subject } from "./subject.ts";

const EXAMPLE = new URL("../../examples/redis_client.ts", import.meta.url).pathname;

async function startRedis(): Promise<{ redis: Running; port: number }> {
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const folder = await Deno.makeTempDir();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const redis = new Running("redis-server", args);
  await redis.printed(/Ready to accept connections/);
  return { redis, port };
}

async function example(): Promise<string> {
  const { redis, port } = await startRedis();
  await using _ = redis;
  const args = ["run", "--allow-net=127.0.0.1", EXAMPLE, "--port", String(port)];
  const output = await outputOf(Deno.execPath(), args);
  check(/A thousand INCR at one go: 1000\nGET: null\n$/.test(output), output);
  return "commands, errors, a thousand at one go";
}

/** Passes on what comes, to its end. */
function* pass(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  for (let data; (data = yield* reader.read(64 * 1024)).length > 0;) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.writeEof();
}

async function cli(): Promise<string> {
  const { redis, port } = await startRedis();
  await using _ = redis;
  return await run(function* () {
    const proxy = yield* startServer(
      function* (reader, writer) {
        const [there, back] = yield* openConnection("127.0.0.1", port);
        yield* gather(pass(reader, back), pass(there, writer));
        for (const one of [writer, back]) one.close();
      },
      "127.0.0.1",
      0,
    );
    const [, at] = proxy.sockets[0].getsockname();
    const redisCli = (input: string, ...args: string[]) =>
      fromPromise(outputOf("redis-cli", ["-p", String(at), ...args], input));
    check((yield* redisCli("", "PING")) === "PONG\n", "no PONG");
    // Half a million bytes as one value, by standard input, and back.
    const value = "x".repeat(500_000);
    check((yield* redisCli(value, "-x", "SET", "big")) === "OK\n", "not OK");
    check((yield* redisCli("", "GET", "big")).trim() === value, "another value came back");
    const many = Array.from({ length: 10_000 }, (_, i) => `SET key${i} ${i}\r\n`).join("");
    const piped = yield* redisCli(many, "--pipe");
    check(/errors: 0, replies: 10000/.test(piped), piped);
    proxy.close();
    yield* proxy.waitClosed();
    return "a value of 500 KB, 10,000 commands piped";
  });
}

export const subjects: Subject[] = [
  { name: "redis-server", needs: ["redis-server"], meet: example },
  { name: "redis-cli", needs: ["redis-server", "redis-cli"], meet: cli },
];
