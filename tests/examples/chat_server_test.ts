// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertRefuses, assertStops, Program, reset } from "./_program.ts";

const PATH = "chat_server.ts";

/** Someone who talks. */
class Talker implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #decoder = new TextDecoder();
  #received = "";
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  async say(...lines: string[]): Promise<void> {
    const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#conn.write(bytes.subarray(sent));
    }
  }

  /** The next line that is heard; `null` at the end. */
  async hear(): Promise<string | null> {
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const end = this.#received.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      const count = await this.#conn.read(buffer);
      if (count === null) return null;
      this.#received += this.#decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  }

  /** Hears these lines, and no other before them. */
  async hears(...lines: string[]): Promise<void> {
    for (const line of lines) assertEquals(await this.hear(), line);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

async function connect(port: number): Promise<Talker> {
  return new Talker(await Deno.connect({ hostname: "127.0.0.1", port }));
}

/** Someone who has come in. */
async function enter(port: number, name: string): Promise<Talker> {
  const talker = await connect(port);
  await talker.hears("* Welcome! What is your name?");
  await talker.say(name);
  await talker.hears(`* ${name} joins lobby`);
  return talker;
}

Deno.test("chat_server lets people talk in rooms", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  using ann = await enter(port, "Ann");
  using bob = await enter(port, "Bob");
  await ann.hears("* Bob joins lobby");
  await ann.say("hello", "", "  and how do you do?  ");
  for (const talker of [ann, bob]) await talker.hears("Ann: hello", "Ann: and how do you do?");

  await bob.say("/join kitchen", "anybody here?");
  await ann.hears("* Bob leaves lobby");
  await bob.hears("* Bob joins kitchen", "Bob: anybody here?");
  using zoë = await enter(port, "Zoë");
  await zoë.say("/join kitchen", "/who", "/rooms");
  await zoë.hears("* Zoë joins kitchen", "* Here: Bob, Zoë", "* Rooms: kitchen (2), lobby (1)");
  await bob.hears("* Zoë joins kitchen");
  await ann.hears("* Zoë joins lobby", "* Zoë leaves lobby");
  await zoë.say("salut");
  await bob.hears("Zoë: salut");

  await bob.say("/quit");
  assertEquals(await bob.hear(), null);
  await zoë.hears("Zoë: salut", "* Bob leaves kitchen");
  await ann.say("/who");
  await ann.hears("* Here: Ann");
  await assertStops(server, port);
  assertEquals(await ann.hear(), null);
});

Deno.test("chat_server wants good names, and tells what it cannot do", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  using ann = await enter(port, "Ann");
  using other = await connect(port);
  await other.hears("* Welcome! What is your name?");
  for (const name of ["Ann", "", "two words", "x".repeat(21), "/quit", "\x1b[2J"]) {
    await other.say(name);
    await other.hears("* That name is taken, or is none. Another?");
  }
  await other.say("Bob");
  await other.hears("* Bob joins lobby");
  await other.say("/what", "/join", "/join a b", "/join lobby");
  const room = "* A room needs a name: letters and digits.";
  assertMatch((await other.hear())!, /^\* \/join ROOM, \/rooms, \/who, \/quit/);
  await other.hears(room, room, "* You are in lobby.");
  // What would ring the bell or clear the screen of the others is left out.
  await other.say("a\x07b\x1b[2Jc\x7f");
  await other.hears("Bob: ab[2Jc");
  await ann.hears("* Bob joins lobby", "Bob: ab[2Jc");
  await assertStops(server, port, "SIGTERM");
});

Deno.test("chat_server gives a name free again, however its owner went", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  using ann = await enter(port, "Ann");
  for (
    const leave of [
      (bob: Talker) => bob.say("/quit"),
      (bob: Talker) => bob.say("x".repeat(2000)),
      (bob: Talker) => bob.close(),
    ]
  ) {
    using bob = await enter(port, "Bob");
    await ann.hears("* Bob joins lobby");
    await leave(bob);
    await ann.hears("* Bob leaves lobby");
  }
  await reset(port);
  await ann.say("still here");
  await ann.hears("Ann: still here");
  await assertStops(server, port);
});

Deno.test("chat_server serves sixty clients, each line to each, in one order", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const talkers: Talker[] = [];
  for (let i = 0; i < 60; i++) {
    const talker = await enter(port, `client-${i}`);
    for (const other of talkers) await other.hears(`* client-${i} joins lobby`);
    talkers.push(talker);
  }
  await Promise.all(talkers.map((talker, i) => talker.say(...[0, 1, 2].map((n) => `${i}.${n}`))));
  const heard = await Promise.all(talkers.map(async (talker) => {
    const lines: string[] = [];
    while (lines.length < 180) lines.push((await talker.hear())!);
    return lines;
  }));
  for (const lines of heard) assertEquals(lines, heard[0]);
  assertEquals(new Set(heard[0]).size, 180);
  await assertStops(server, port);
  for (const talker of talkers) talker.close();
});

Deno.test("chat_server drops a client that does not read, and nobody waits for it", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  using fast = await enter(port, "fast");
  using _slow = await enter(port, "slow");
  await fast.hears("* slow joins lobby");
  using flood = await enter(port, "flood");
  await fast.hears("* flood joins lobby");

  // More and more, until it is more than the system keeps for someone who does not read, and a
  // mebibyte. The others have heard all of it each time.
  const lines = Array.from({ length: 500 }, (_, i) => `${i}${" ".repeat(500)}.`);
  const hearsAll = async (talker: Talker) => {
    let dropped = false;
    for (let i = 0; i < lines.length;) {
      const line = await talker.hear();
      if (line === "* slow leaves lobby") dropped = true;
      else assertEquals(line, `flood: ${lines[i++]}`);
    }
    return dropped;
  };
  for (let dropped = [false, false]; dropped.includes(false);) {
    const [, ...now] = await Promise.all([flood.say(...lines), hearsAll(fast), hearsAll(flood)]);
    dropped = dropped.map((before, i) => before || now[i]!);
  }
  await server.printed(/\nslow is too slow, and dropped\n$/);
  await fast.say("/who");
  await fast.hears("* Here: fast, flood");
  await assertStops(server, port);
});

Deno.test("chat_server stops though a client does not read", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  // It talks, and does not listen: held back by drain(), with some of it unsent.
  using deaf = await enter(port, "deaf");
  const talking = deaf.say(...Array.from({ length: 40_000 }, () => "x".repeat(500)));
  talking.catch(() => {});
  using ann = await enter(port, "Ann");
  await ann.say("/who");
  for (let line; (line = await ann.hear()) !== "* Here: Ann, deaf";) assert(line !== null);
  await assertStops(server, port);
  await talking.catch(() => {});
});

Deno.test("chat_server refuses what it cannot do, in a line", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const inUse = new RegExp(`^Cannot serve on localhost:${port}: Address already in use`);
  await Promise.all([
    assertRefuses({ code: 2, message: /--port must be .*abc/ }, PATH, "--port", "abc"),
    assertRefuses({ code: 1, message: inUse }, PATH, "--port", `${port}`),
  ]);
});
