// Copyright 2026 the asyncio authors. MIT license.

/**
 * A client of Redis on streams: the protocol, pipelining, and nothing else.
 *
 *     deno run --allow-net=127.0.0.1 examples/redis_client.ts
 *
 * Options: `--port`, `--selector`. It needs a server (`redis-server`), writes a key of its own, reads it, counts a
 * thousand times at one go, and removes the key.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { Coroutine, StreamReader, StreamWriter } from "@asyncio/asyncio";
import { options, port, program } from "./_options.ts";
import { on, selector } from "./_selector.ts";

/** What a server answers: text, a number, nothing, an error, or a list of these. */
export type Reply = string | number | null | RedisError | Reply[];

/** The server does not want to. */
export class RedisError extends Error {
  override name = "RedisError";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A connection to a Redis server. Commands may be sent by many tasks at once. */
export class Redis {
  // Invariant: replies come in the order of the commands, so each waits for its turn in #waiting.
  readonly #reader: StreamReader;
  readonly #writer: StreamWriter;
  readonly #waiting: asyncio.Future<Reply>[] = [];
  readonly #receiving: asyncio.Task<void>;

  private constructor(reader: StreamReader, writer: StreamWriter) {
    this.#reader = reader;
    this.#writer = writer;
    this.#receiving = asyncio.createTask(this.#receive());
  }

  /** Connects to a server. */
  static *connect(host: string, port: number): Coroutine<Redis> {
    return new Redis(...yield* asyncio.openConnection(host, port));
  }

  /** Sends a command, and waits for its reply. */
  *send(...words: (string | number)[]): Coroutine<Reply> {
    const reply = yield* this.#post(words);
    if (reply instanceof RedisError) throw reply;
    return reply;
  }

  /** Sends many commands at one go, and waits for all replies. */
  *pipeline(commands: readonly (string | number)[][]): Coroutine<Reply[]> {
    const replies = commands.map((words) => this.#post(words));
    yield* this.#writer.drain();
    return yield* asyncio.gather(...replies);
  }

  #post(words: readonly (string | number)[]): asyncio.Future<Reply> {
    const pieces = words.map((word) => encoder.encode(String(word)));
    this.#writer.writelines([
      `*${pieces.length}\r\n`,
      ...pieces.flatMap((piece) => [`$${piece.length}\r\n`, piece, "\r\n"]),
    ]);
    const reply = new asyncio.Future<Reply>();
    this.#waiting.push(reply);
    return reply;
  }

  /** Gives each reply to who waits for it. When the connection ends, nobody waits for ever. */
  *#receive(): Coroutine<void> {
    let next = 0;
    try {
      for (;;) {
        const reply = yield* this.#reply();
        const waiting = this.#waiting[next++]!;
        if (!waiting.done()) waiting.setResult(reply);
        if (next === this.#waiting.length) next = this.#waiting.length = 0;
      }
    } catch (error) {
      if (!(error instanceof asyncio.IncompleteReadError)) throw error;
    } finally {
      for (const waiting of this.#waiting) waiting.cancel("the connection has ended");
    }
  }

  /** Reads one reply. */
  *#reply(): Coroutine<Reply> {
    const line = decoder.decode(yield* this.#reader.readuntil("\r\n"));
    const [kind, rest] = [line[0], line.slice(1, -2)];
    if (kind === "+") return rest;
    if (kind === "-") return new RedisError(rest);
    if (kind === ":") return Number(rest);
    const length = Number(rest);
    if (length < 0) return null;
    if (kind === "$") {
      const data = yield* this.#reader.readexactly(length + 2);
      return decoder.decode(data.subarray(0, length));
    }
    const items: Reply[] = [];
    while (items.length < length) items.push(yield* this.#reply());
    return items;
  }

  /** Ends the connection. */
  *close(): Coroutine<void> {
    this.#writer.close();
    this.#receiving.cancel();
    yield* this.#writer.waitClosed();
  }
}

function* main(at: number): Coroutine<void> {
  const redis = yield* Redis.connect("127.0.0.1", at);
  const key = `asyncio:${crypto.randomUUID()}`;
  console.log("PING:", yield* redis.send("PING"));
  console.log("SET:", yield* redis.send("SET", key, "Grüße, 世界"));
  console.log("GET:", yield* redis.send("GET", key));
  try {
    yield* redis.send("INCR", key);
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    console.log("INCR:", error.message);
  }
  yield* redis.send("DEL", key);
  const counts = yield* redis.pipeline(Array.from({ length: 1000 }, () => ["INCR", key]));
  console.log("A thousand INCR at one go:", counts.at(-1));
  yield* redis.send("DEL", key);
  console.log("GET:", yield* redis.send("GET", key));
  yield* redis.close();
}

if (import.meta.main) {
  const { port: at, selector: name } = options({ port: port(6379), selector: selector() });
  await program(`talk to Redis on 127.0.0.1:${at}`, () => asyncio.run(main(at), on(name)));
}
