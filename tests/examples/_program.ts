// Copyright 2026 the asyncio authors. MIT license.

/**
 * How the tests run the programs of `examples/`: as a reader does, with the permissions that the
 * `deno run` line of the program's header names, and no more.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { connect } from "node:net";

const ROOT = new URL("../../", import.meta.url);

/** The command of a program's header: what stands between `deno` and the path, and the path. */
export function commandOf(path: string): string[] {
  const source = Deno.readTextFileSync(new URL(`examples/${path}`, ROOT));
  const line = source.split("\n").find((line) => line.includes(" deno run "));
  if (line === undefined) throw new Error(`no deno run line in ${path}`);
  const words = line.slice(line.indexOf("deno run")).split(" ").slice(1);
  const end = words.indexOf(`examples/${path}`);
  if (end === -1) throw new Error(`the deno run line of ${path} does not name it: ${line}`);
  return words.slice(0, end + 1);
}

/** How a program has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts Deno. */
export function start(args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", DENO_NO_PROMPT: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return command.spawn();
}

/** A program that runs. To be stopped at the end: `await using`. */
export class Program {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Output;
  readonly #stderr: Output;
  /** What the next program may do besides. */
  static #granted: readonly string[] = [];

  /** A program that may do more than its header says. */
  static with(permission: string, path: string, ...args: string[]): Program {
    Program.#granted = [permission];
    try {
      return new Program(path, ...args);
    } finally {
      Program.#granted = [];
    }
  }

  constructor(path: string, ...args: string[]) {
    this.#child = start([...commandOf(path), ...args].toSpliced(1, 0, ...Program.#granted));
    this.#stdout = new Output(this.#child.stdout);
    this.#stderr = new Output(this.#child.stderr);
  }

  /** Waits until the program has printed what the pattern matches. */
  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    return await this.#stdout.matches(pattern) ?? this.#missing(pattern);
  }

  /** The port that the program says it listens on: the number at the end of its first line. */
  async port(): Promise<number> {
    const [, port] = await this.printed(/^.*?(\d+)\D*\n/);
    return Number(port);
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Waits until the program has ended by itself. */
  async ended(): Promise<Ended> {
    const { code } = await this.#child.status;
    return { code, stdout: await this.#stdout.all(), stderr: await this.#stderr.all() };
  }

  /** Ends the program if it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }

  async #missing(pattern: RegExp): Promise<never> {
    const { code, stdout, stderr } = await this.ended();
    throw new Error(`${pattern} was not printed; code ${code}\n${stdout}\n${stderr}`);
  }
}

/** What a program has written so far, and whether that is all. */
class Output {
  #text = "";
  #ended = false;
  #more = Promise.withResolvers<void>();
  readonly #reading: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reading = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.#add(decoder.decode(chunk, { stream: true }));
    this.#ended = true;
    this.#add("");
  }

  #add(text: string): void {
    this.#text += text;
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  async matches(pattern: RegExp): Promise<RegExpMatchArray | null> {
    while (true) {
      const match = this.#text.match(pattern);
      if (match !== null || this.#ended) return match;
      await this.#more.promise;
    }
  }

  async all(): Promise<string> {
    await this.#reading;
    return this.#text;
  }
}

/** Runs a program to its end. */
export async function runProgram(path: string, ...args: string[]): Promise<Ended> {
  await using program = new Program(path, ...args);
  return await program.ended();
}

/** Runs a program to its end, which must be a good one, and gives what it printed. */
export async function outputOf(path: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(path, ...args);
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
  return stdout;
}

/** A program must refuse to run, in one line. */
export async function assertRefuses(
  expected: { code: number; message: RegExp },
  path: string,
  ...args: string[]
): Promise<void> {
  const { code, stderr } = await runProgram(path, ...args);
  assertMatch(stderr, expected.message);
  assertMatch(stderr, /^[^\n]+\n$/, "more than a line, or less");
  assertEquals(code, expected.code);
}

/** A program must end at a signal, with code 0 and without complaint, and listen no longer. */
export async function assertStops(
  program: Program,
  port: number,
  signal: Deno.Signal = "SIGINT",
): Promise<void> {
  program.signal(signal);
  const { code, stderr } = await program.ended();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  // Whoever listened there still would be in the way.
  Deno.listen({ hostname: "127.0.0.1", port }).close();
}

/** A client: sends a text, and gives all that comes back until the server closes. */
export async function talk(
  port: number,
  text: string,
  { closeWrite = false }: { closeWrite?: boolean } = {},
): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(text));
  if (closeWrite) await conn.closeWrite();
  const answer = [];
  for await (const chunk of conn.readable) answer.push(new TextDecoder().decode(chunk));
  return answer.join("");
}

/** A client that connects, and goes away without a good-bye: the connection is reset. */
export async function reset(port: number): Promise<void> {
  const conn = connect(port, "127.0.0.1");
  await once(conn, "connect");
  conn.resetAndDestroy();
  await once(conn, "close");
}

/** A port that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
