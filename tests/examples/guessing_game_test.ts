// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Random } from "../../examples/guessing_game/protocol.ts";
import { assertRefuses, outputOf, Program } from "./_program.ts";

const NATIVE = "guessing_game/native_threaded.ts";
const PROGRAMS = ["guessing_game/threaded.ts", "guessing_game/asynchronous.ts", NATIVE];

/** The two games of the document: the range, the secret, and how often the server may guess. */
const GAMES = [
  { lower: 1, upper: 5, secret: 3, count: 5 },
  { lower: 10, upper: 15, secret: 12, count: 6 },
];

/** What a program of this game must print on one side, told from the numbers that were guessed. */
function expected(side: "Client" | "Server", numbers: number[]): string[] {
  const lines = [];
  const rest = [...numbers];
  for (const { lower, upper, secret, count } of GAMES) {
    let last: number | null = null;
    const guessed = new Set<number>();
    for (let i = 0; i < count && last !== 0; i++) {
      const number = rest.shift()!;
      assert(number >= lower && number <= upper, `${number} is out of range`);
      assert(!guessed.has(number), `${number} is guessed again`);
      guessed.add(number);
      const distance = Math.abs(number - secret);
      lines.push(`${side}: ${number} is ${outcome(distance, last)}`);
      last = distance;
    }
    assertEquals(last, 0, "never guessed");
  }
  assertEquals(rest, []);
  return lines;
}

function outcome(distance: number, last: number | null): string {
  if (distance === 0) return "correct";
  if (last === null) return "unsure";
  if (distance === last) return "same";
  return distance < last ? "warmer" : "colder";
}

/** Both sides, and all else that a program printed. */
function sidesOf(output: string): { server: string[]; client: string[]; rest: string[] } {
  const lines = output.trimEnd().split("\n");
  const server = lines.filter((line) => line.startsWith("Server: "));
  const client = lines.filter((line) => line.startsWith("Client: "));
  return { server, client, rest: lines.filter((line) => !/^(Server|Client): /.test(line)) };
}

function numbersOf(lines: string[]): number[] {
  return lines.map((line) => Number(/\d+/.exec(line)![0]));
}

const HEADINGS = [
  "Guess a number between 1 and 5! Shhhhh, it's 3.",
  "Guess a number between 10 and 15! Shhhhh, it's 12.",
];
const GOOD_BYE = "== The connection is closed ==";

Deno.test("all guessing games play the whole session, and the same one with the same seed", async () => {
  // Seed 6 leads through every report: warmer, colder, unsure, correct and same.
  const args = ["--port", "0", "--seed", "6"];
  const [threaded, asynchronous, native] = await Promise.all(
    PROGRAMS.map(async (path) => sidesOf(await outputOf(path, ...args))),
  );
  const numbers = numbersOf(threaded!.client);
  assertEquals(threaded!.client, expected("Client", numbers));
  assertEquals(threaded!.server, expected("Server", numbers));
  for (const report of ["warmer", "colder", "unsure", "correct", "same"]) {
    assert(threaded!.client.some((line) => line.endsWith(` is ${report}`)), report);
  }
  assertEquals(asynchronous!.client, threaded!.client);
  assertEquals(asynchronous!.server, threaded!.server);
  assertEquals(threaded!.rest, [...HEADINGS, GOOD_BYE, ""]);
  assertEquals(asynchronous!.rest, [...HEADINGS, "", GOOD_BYE]);
  assertEquals([native!.client, native!.server], [threaded!.client, threaded!.server]);
  assertEquals(native!.rest.toSorted(), threaded!.rest.toSorted());
});

for (const path of PROGRAMS) {
  Deno.test(`${path} plays at random without a seed`, async () => {
    const { client, server } = sidesOf(await outputOf(path, "--port", "0"));
    assertEquals(client, expected("Client", numbersOf(client)));
    assertEquals(server, expected("Server", numbersOf(client)));
  });

  Deno.test(`${path} ends at SIGINT in the middle of a game, without complaint`, async () => {
    await using game = new Program(path, "--port", "0");
    await game.printed(/Server: /);
    game.signal("SIGINT");
    const { code, stderr } = await game.ended();
    // Who blocks in a system call hears of no signal: it ends the process.
    assertEquals({ code, stderr }, { code: path === NATIVE ? 130 : 0, stderr: "" });
  });

  Deno.test(`${path} refuses what it cannot do, in a line`, async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const inUse = new RegExp(`^Cannot play on 127.0.0.1:${port}: Address already in use`);
    await Promise.all([
      assertRefuses({ code: 2, message: /--port must be .*abc/ }, path, "--port", "abc"),
      assertRefuses({ code: 2, message: /--seed must be .*-1/ }, path, "--seed", "-1"),
      assertRefuses({ code: 1, message: inUse }, path, "--port", `${port}`),
    ]);
  });
}

Deno.test("Random gives every number of a range, and others for another seed", () => {
  const drawn = (seed: number | null) => {
    const random = new Random(seed);
    return Array.from({ length: 1000 }, () => random.randint(1, 5));
  };
  assertEquals(new Set(drawn(1)), new Set([1, 2, 3, 4, 5]));
  assertEquals(drawn(1), drawn(1));
  assertNotEquals(drawn(1), drawn(2));
  assertNotEquals(drawn(null), drawn(null));
});
