// Copyright 2026 the asyncio authors. MIT license.

/**
 * A chat with rooms, on `startServer()`: a task a client, and everything else is plain method calls.
 *
 * Nobody waits for a client that does not read. `write()` takes a line at once, whatever becomes of
 * it; what the network does not take piles up, and at a mebibyte of that the client is dropped. Those
 * who speak are held back instead, by the `drain()` of their own connection: they hear themselves.
 *
 *     deno run --allow-net=127.0.0.1 examples/chat_server.ts
 *
 * Options: `--host`, `--port`, `--selector`. Then `nc localhost 8000` in two terminals, and `/help`.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { StreamReader, StreamWriter } from "@asyncio/asyncio";
import { closedBy, options, port, program, stopSignal, text } from "./_options.ts";
import { on, selector } from "./_selector.ts";

/** The longest line, in bytes. */
const MAX_LINE = 1024;

/** A client that has so many bytes still to read is dropped. */
const MAX_UNSENT = 1024 * 1024;

const LOBBY = "lobby";

const HELP = "/join ROOM, /rooms, /who, /quit; anything else is said to the room";

/** The name of a client or a room. */
const NAME = /^[\p{L}\p{N}_-]{1,20}$/u;

const decoder = new TextDecoder();

/** Someone who talks. */
class Client {
  readonly name: string;
  readonly writer: StreamWriter;
  room = "";

  constructor(name: string, writer: StreamWriter) {
    this.name = name;
    this.writer = writer;
  }

  /** Sends a line, without waiting. To one who has gone it is in vain. */
  send(line: string): void {
    if (!this.writer.isClosing()) this.writer.write(`${line}\r\n`);
  }

  /** Whether the client reads too slowly. */
  get isSlow(): boolean {
    return this.writer.transport.getWriteBufferSize() > MAX_UNSENT;
  }
}

/** The rooms, and who is in them. */
class Chat {
  // Invariants: a client is in exactly one room as long as it is in `#clients`, and in none before and
  // after. No room is empty.
  readonly #clients = new Map<string, Client>();
  readonly #rooms = new Map<string, Set<Client>>();

  /** Serves a client from its first word to its last. */
  async serve(reader: StreamReader, writer: StreamWriter): Promise<void> {
    let client: Client | null = null;
    try {
      writer.write("* Welcome! What is your name?\r\n");
      for await (const line of reader) {
        const said = textOf(line);
        if (client === null) client = this.#admit(said, writer);
        else if (!this.#obey(client, said)) break;
        // Who says more than others can hear is held back here.
        await writer.drain();
      }
    } catch (error) {
      if (error instanceof asyncio.ValueError) writer.write("* That line is too long.\r\n");
      else if (!(error instanceof asyncio.ConnectionError)) throw error;
    } finally {
      if (client !== null) this.#dismiss(client);
      writer.close();
    }
  }

  /** Lets a client in by its name, unless it is not a good one. */
  #admit(name: string, writer: StreamWriter): Client | null {
    if (!NAME.test(name) || this.#clients.has(name)) {
      writer.write("* That name is taken, or is none. Another?\r\n");
      return null;
    }
    const client = new Client(name, writer);
    this.#clients.set(name, client);
    this.#join(client, LOBBY);
    return client;
  }

  /** Forgets a client, unless that is done. */
  #dismiss(client: Client): void {
    if (this.#clients.get(client.name) !== client) return;
    this.#clients.delete(client.name);
    this.#leave(client);
  }

  /** Does what a line says. Returns whether the client stays. */
  #obey(client: Client, line: string): boolean {
    const [, command, argument = ""] = /^\/(\w+)\s*(.*)$/.exec(line) ?? [];
    if (command === "quit") return false;
    if (command === "join") this.#tryJoin(client, argument);
    else if (command === "rooms") client.send(`* Rooms: ${this.#roomList()}`);
    else if (command === "who") client.send(`* Here: ${this.#namesIn(client.room)}`);
    else if (command !== undefined) client.send(`* ${HELP}`);
    else if (line !== "") this.#tell(client.room, `${client.name}: ${line}`);
    return true;
  }

  #tryJoin(client: Client, room: string): void {
    if (!NAME.test(room)) return client.send("* A room needs a name: letters and digits.");
    if (room === client.room) return client.send(`* You are in ${room}.`);
    this.#leave(client);
    this.#join(client, room);
  }

  #join(client: Client, room: string): void {
    client.room = room;
    const members = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, members.add(client));
    this.#tell(room, `* ${client.name} joins ${room}`);
  }

  #leave(client: Client): void {
    const { room } = client;
    const members = this.#rooms.get(room)!;
    members.delete(client);
    if (members.size === 0) this.#rooms.delete(room);
    else this.#tell(room, `* ${client.name} leaves ${room}`);
  }

  /** Tells a room, the speaker included. Waits for nobody: who is too slow is dropped. */
  #tell(room: string, line: string): void {
    const members = [...this.#rooms.get(room)!];
    for (const member of members) member.send(line);
    for (const member of members) if (member.isSlow) this.#drop(member);
  }

  /** Breaks a connection off, with all that was never read. The client's task finds its end. */
  #drop(client: Client): void {
    console.log(`${client.name} is too slow, and dropped`);
    client.writer.transport.abort();
    this.#dismiss(client);
  }

  #roomList(): string {
    return [...this.#rooms].map(([room, { size }]) => `${room} (${size})`).sort().join(", ");
  }

  #namesIn(room: string): string {
    return [...this.#rooms.get(room)!].map(({ name }) => name).sort().join(", ");
  }
}

/** The text of a line, without what would move the cursor of a terminal. */
function textOf(line: Uint8Array): string {
  // deno-lint-ignore no-control-regex
  return decoder.decode(line).replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "").trim();
}

/** Runs the server until it is cancelled, or the signal aborts. */
export async function runServer(host: string, port: number, signal: AbortSignal): Promise<void> {
  const chat = new Chat();
  const server = await asyncio.startServer(
    (reader, writer) => chat.serve(reader, writer),
    host,
    port,
    { limit: MAX_LINE },
  );
  console.log(`Chat server running on ${host}:${server.sockets[0].getsockname()[1]}`);
  await asyncio.asyncWith(closedBy(signal, server), () => server.serveForever());
}

if (import.meta.main) {
  const { host, port: at, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    selector: selector(),
  });
  await program(
    `serve on ${host}:${at}`,
    () => asyncio.run(() => runServer(host, at, stopSignal()), on(name)),
  );
}
