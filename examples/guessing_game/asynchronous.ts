// Copyright 2026 the asyncio authors. MIT license.

/**
 * The guessing game on asyncio: threaded.ts, rewritten method for method. "Changed" marks each line
 * that is; all that plays, and does not send or receive, stays as it is.
 *
 * From "Effective Python", 2nd edition, item 62, second half.
 *
 *     deno run --allow-net=127.0.0.1 examples/guessing_game/asynchronous.ts
 *
 * Options: `--host`, `--port`, `--selector`, and `--seed`, with which the server guesses the same
 * every time.
 *
 * Where it differs from Python: `async with` is `asyncWith`. The listening socket is made before the
 * server's task, so that the client need not hope for it; and the server is closed at the end, so that
 * its last word comes in time.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio"; // Added
import { options, port, program, seed, text } from "../_options.ts";
import { on, selector, type SelectorName } from "../_selector.ts";
import {
  assert,
  COLDER,
  CORRECT,
  type Decision,
  EOFError,
  int,
  Random,
  type Result,
  SAME,
  UnknownCommandError,
  UNSURE,
  WARMER,
} from "./protocol.ts";

/** Sends and receives lines. */
class AsyncConnectionBase {
  readonly #reader: asyncio.StreamReader; // Changed
  readonly #writer: asyncio.StreamWriter; // Changed

  constructor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) { // Changed
    this.#reader = reader; // Changed
    this.#writer = writer; // Changed
  }

  /** Sends a command. */
  async send(command: string): Promise<void> { // Changed
    const line = command + "\n";
    this.#writer.write(line); // Changed
    await this.#writer.drain(); // Changed
  }

  /**
   * Receives a command, without its end of line.
   *
   * @throws {EOFError} If the other end has closed the connection.
   */
  async receive(): Promise<string> { // Changed
    const line = await this.#reader.readline(); // Changed
    if (line.length === 0) {
      this.#writer.close(); // Added
      throw new EOFError("== The connection is closed ==");
    }
    return new TextDecoder().decode(line).trimEnd();
  }
}

/** The server's side of a connection. */
class AsyncSession extends AsyncConnectionBase { // Changed
  readonly #random: Random;
  #lower = 0;
  #upper = 0;
  #guesses: number[] = [];

  constructor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, random: Random) { // Changed
    super(reader, writer); // Changed
    this.#random = random;
  }

  #clearState(lower: number, upper: number): void {
    this.#lower = lower;
    this.#upper = upper;
    this.#guesses = [];
  }

  /** Does what the client commands. */
  async loop(): Promise<void> { // Changed
    let command: string;
    while ((command = await this.receive())) { // Changed
      const parts = command.split(" ");
      if (parts[0] === "PARAMS") {
        this.setParams(parts);
      } else if (parts[0] === "NUMBER") {
        await this.sendNumber(); // Changed
      } else if (parts[0] === "REPORT") {
        this.receiveReport(parts);
      } else {
        throw new UnknownCommandError(command);
      }
    }
  }

  /** PARAMS: begins a new game. */
  setParams(parts: string[]): void {
    assert(parts.length === 3);
    const lower = int(parts[1]);
    const upper = int(parts[2]);
    this.#clearState(lower, upper);
  }

  /** A number that it has not guessed yet. */
  nextGuess(): number {
    assert(this.#guesses.length <= this.#upper - this.#lower); // There is one left
    while (true) {
      const guess = this.#random.randint(this.#lower, this.#upper);
      if (!this.#guesses.includes(guess)) {
        return guess;
      }
    }
  }

  /** NUMBER: guesses. */
  async sendNumber(): Promise<void> { // Changed
    const guess = this.nextGuess();
    this.#guesses.push(guess);
    await this.send(String(guess)); // Changed
  }

  /** REPORT: hears what the client thinks of the guess. */
  receiveReport(parts: string[]): void {
    assert(parts.length === 2);
    const decision = parts[1];

    const last = this.#guesses.at(-1);

    console.log(`Server: ${last} is ${decision}`);
  }
}

/** The client's side of a connection. */
class AsyncClient extends AsyncConnectionBase { // Changed
  #secret = NaN;
  #lastDistance: number | null = null;

  #clearState(): void {
    this.#secret = NaN;
    this.#lastDistance = null;
  }

  /** Begins a game, which ends with the `asyncWith` body. */
  session( // Changed
    lower: number,
    upper: number,
    secret: number,
  ): asyncio.AsyncContextManager<void> {
    const aenter = async () => {
      console.log(
        `Guess a number between ${lower} and ${upper}! Shhhhh, it's ${secret}.`,
      );
      this.#secret = secret;
      await this.send(`PARAMS ${lower} ${upper}`); // Changed
    };
    const aexit = async () => await this.#clearState();
    return { aenter, aexit };
  }

  /** Asks for guesses, until one is right. */
  async *requestNumbers(count: number): AsyncGenerator<number> { // Changed
    for (let i = 0; i < count; i++) {
      await this.send("NUMBER"); // Changed
      const data = await this.receive(); // Changed
      yield int(data);
      if (this.#lastDistance === 0) {
        return;
      }
    }
  }

  /** Tells the server what it thinks of a guess. */
  async reportOutcome(number: number): Promise<Decision> { // Changed
    const newDistance = Math.abs(number - this.#secret);
    let decision: Decision = UNSURE;

    if (newDistance === 0) {
      decision = CORRECT;
    } else if (this.#lastDistance === null) {
      // Nothing to compare it with
    } else if (newDistance < this.#lastDistance) {
      decision = WARMER;
    } else if (newDistance > this.#lastDistance) {
      decision = COLDER;
    } else if (newDistance === this.#lastDistance) {
      decision = SAME;
    }

    this.#lastDistance = newDistance;

    await this.send(`REPORT ${decision}`); // Changed
    await asyncio.sleep(0.01); // Added: the same order of output as with threads
    return decision;
  }
}

/** Serves one client. */
async function handleAsyncConnection( // New
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
  seed: number | null,
): Promise<void> {
  const session = new AsyncSession(reader, writer, new Random(seed));
  try {
    await session.loop();
  } catch (error) {
    if (!(error instanceof EOFError)) throw error;
    console.log(error.message);
  }
}

/** Runs the server. */
async function runAsyncServer(server: asyncio.Server): Promise<void> { // New
  await asyncio.asyncWith(server, () => server.serveForever());
}

/** Plays two games. */
async function runAsyncClient([host, port]: asyncio.InetAddress): Promise<Result[]> { // Changed
  const streams = await asyncio.openConnection(host, port); // Changed
  const client = new AsyncClient(...streams); // Changed
  const results: Result[] = [];

  await asyncio.asyncWith(client.session(1, 5, 3), async () => { // Changed
    for await (const x of client.requestNumbers(5)) { // Changed
      results.push([x, await client.reportOutcome(x)]); // Changed
    }
    await asyncio.sleep(0.05); // Changed
  });

  await asyncio.asyncWith(client.session(10, 15, 12), async () => { // Changed
    for await (const number of client.requestNumbers(6)) { // Changed
      const outcome = await client.reportOutcome(number); // Changed
      results.push([number, outcome]);
    }
    await asyncio.sleep(0.05); // Changed
  });

  const [, writer] = streams; // New
  writer.close(); // New
  await writer.waitClosed(); // New

  return results;
}

/** Starts the server, and plays with it. */
async function mainAsync(host: string, port: number, seed: number | null): Promise<void> { // Changed
  const server = await asyncio.startServer( // Changed
    (reader, writer) => handleAsyncConnection(reader, writer, seed),
    host,
    port,
  );
  const address = server.sockets[0].getsockname(); // Changed
  asyncio.createTask(() => runAsyncServer(server)); // Changed

  const results = await runAsyncClient(address); // Changed

  console.log();
  for (const [number, outcome] of results) {
    console.log(`Client: ${number} is ${outcome}`);
  }

  server.close(); // New
  await server.waitClosed(); // New
}

/** Runs the program. */
export async function main(
  host: string,
  port: number,
  seed: number | null,
  selector: SelectorName = "deno",
): Promise<void> {
  await asyncio.run(() => mainAsync(host, port, seed), on(selector)); // Changed
}

if (import.meta.main) {
  const { host, port: at, seed: from, selector: name } = options({
    host: text("127.0.0.1"),
    port: port(4321),
    seed: seed(),
    selector: selector(),
  });
  await program(`play on ${host}:${at}`, () => main(host, at, from, name));
}
