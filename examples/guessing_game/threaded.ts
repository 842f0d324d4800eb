// Copyright 2026 the asyncio authors. MIT license.

/**
 * The guessing game with threads and blocking sockets: a client has a number in mind, a server guesses
 * it, and the client says of each guess whether it is warmer or colder than the one before. The program
 * that asynchronous.ts rewrites.
 *
 * From "Effective Python", 2nd edition, item 62, first half.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=examples examples/guessing_game/threaded.ts
 *
 * Options: `--host`, `--port`, and `--seed`, with which the server guesses the same every time.
 *
 * Where it differs from Python: a thread is a Worker, and its blocking sockets are those of
 * `../_threads.ts`, since Deno's do not block and cannot be handed to a Worker. Python's main thread
 * is a thread as well here (`play`), because it blocks. The listening socket is made before the
 * server's thread, so that the client need not hope for it; and the client waits for the end of the
 * connection, so that the server's last word comes in time.
 *
 * @module
 */

import {
  type BlockingSocket,
  createConnection,
  createServer,
  runThread,
  sleep,
  startThread,
} from "../_threads.ts";
import { options, port, program, seed, stopSignal, text } from "../_options.ts";
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

/** What the game needs of a socket that blocks. */
export type Connection = Pick<BlockingSocket, "recv"> & Disposable & {
  send(data: string): unknown;
};

/** Sends and receives lines. */
class ConnectionBase {
  readonly #connection: Connection;
  #received = "";

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends a command. */
  send(command: string): void {
    const line = command + "\n";
    this.#connection.send(line);
  }

  /**
   * Receives a command, without its end of line.
   *
   * @throws {EOFError} If the other end has closed the connection.
   */
  receive(): string {
    const line = this.#readline();
    if (!line) throw new EOFError("== The connection is closed ==");
    return line.trimEnd();
  }

  /** What the `file` of Python's socket does. */
  #readline(): string {
    let end: number;
    while ((end = this.#received.indexOf("\n") + 1) === 0) {
      const data = this.#connection.recv(1024); // <- blocks here
      if (data.length === 0) end = this.#received.length;
      if (data.length === 0) break;
      this.#received += new TextDecoder().decode(data);
    }
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return line;
  }
}

/** The server's side of a connection. */
class Session extends ConnectionBase {
  readonly #random: Random;
  #lower = 0;
  #upper = 0;
  #guesses: number[] = [];

  constructor(connection: Connection, random: Random) {
    super(connection);
    this.#random = random;
  }

  #clearState(lower: number, upper: number): void {
    this.#lower = lower;
    this.#upper = upper;
    this.#guesses = [];
  }

  /** Does what the client commands. */
  loop(): void {
    let command: string;
    while ((command = this.receive())) {
      const parts = command.split(" ");
      if (parts[0] === "PARAMS") {
        this.setParams(parts);
      } else if (parts[0] === "NUMBER") {
        this.sendNumber();
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
  sendNumber(): void {
    const guess = this.nextGuess();
    this.#guesses.push(guess);
    this.send(String(guess));
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
export class Client extends ConnectionBase {
  #secret = NaN;
  #lastDistance: number | null = null;

  #clearState(): void {
    this.#secret = NaN;
    this.#lastDistance = null;
  }

  /** Begins a game, which ends with the `using` scope. */
  session(lower: number, upper: number, secret: number): Disposable {
    console.log(
      `Guess a number between ${lower} and ${upper}! Shhhhh, it's ${secret}.`,
    );
    this.#secret = secret;
    this.send(`PARAMS ${lower} ${upper}`);
    return { [Symbol.dispose]: () => this.#clearState() };
  }

  /** Asks for guesses, until one is right. */
  *requestNumbers(count: number): Generator<number> {
    for (let i = 0; i < count; i++) {
      this.send("NUMBER");
      const data = this.receive();
      yield int(data);
      if (this.#lastDistance === 0) {
        return;
      }
    }
  }

  /** Tells the server what it thinks of a guess. */
  reportOutcome(number: number): Decision {
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

    this.send(`REPORT ${decision}`);
    return decision;
  }
}

/** Serves one client, in a thread of its own. */
export function handleConnection(connection: Connection, seed: number | null): void {
  using conn = connection;
  const session = new Session(conn, new Random(seed));
  try {
    session.loop();
  } catch (error) {
    if (!(error instanceof EOFError)) throw error;
    console.log(error.message);
  }
}

/** Runs the server, in a thread of its own. */
export function runServer(listening: BlockingSocket, seed: number | null): void {
  using listener = listening;
  while (true) {
    const [connection] = listener.accept();
    startThread(import.meta.url, "handleConnection", connection, seed);
  }
}

/** Plays two games. */
export function playGames(client: Client, sleep: (seconds: number) => void): Result[] {
  const results: Result[] = [];

  {
    using _ = client.session(1, 5, 3);
    for (const x of client.requestNumbers(5)) results.push([x, client.reportOutcome(x)]);
    sleep(0.05);
  }

  {
    using _ = client.session(10, 15, 12);
    for (const number of client.requestNumbers(6)) {
      const outcome = client.reportOutcome(number);
      results.push([number, outcome]);
    }
    sleep(0.05);
  }

  return results;
}

function runClient(address: [string, number]): Result[] {
  using connection = createConnection(address);
  const results = playGames(new Client(connection), sleep);

  connection.shutdown(); // "I have said all", and then the server closes
  connection.recv(1);

  return results;
}

/** Starts the server, and plays with it. */
export function play(host: string, port: number, seed: number | null): void {
  const listener = createServer([host, port]);
  const address = listener.getsockname();
  startThread(import.meta.url, "runServer", listener, seed);

  report(runClient(address));
}

/** Prints what came of the games. */
export function report(results: Result[]): void {
  console.log();
  for (const [number, outcome] of results) {
    console.log(`Client: ${number} is ${outcome}`);
  }
}

/** Runs the program in a thread, to its end or until the signal aborts. */
export async function main(
  args: [host: string, port: number, seed: number | null],
  signal?: AbortSignal,
): Promise<void> {
  await runThread({ module: import.meta.url, target: "play", args }, signal);
}

if (import.meta.main) {
  const { host, port: at, seed: from } = options({
    host: text("127.0.0.1"),
    port: port(1234),
    seed: seed(),
  });
  await program(`play on ${host}:${at}`, () => main([host, at, from], stopSignal()));
}
