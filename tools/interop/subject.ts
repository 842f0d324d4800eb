// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a meeting with a program of others is made of.
 *
 * @module
 */

/** One meeting. */
export interface Subject {
  /** What is tried: "openssl s_client, STARTTLS". */
  readonly name: string;
  /** The programs that it needs. Where one is missing, it is skipped, loudly. */
  readonly needs: readonly string[];
  /** Throws if it goes wrong; may give a word about how it went. */
  readonly meet: () => Promise<string | void>;
}

/** How a command has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with something to read, to its end. */
export async function command(name: string, args: string[], input = ""): Promise<Ended> {
  const child = new Deno.Command(name, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const writing = writer.write(new TextEncoder().encode(input))
    .then(() => writer.close())
    // It need not have read everything.
    .catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await writing;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a command that must end well, and gives what it has printed. */
export async function outputOf(name: string, args: string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await command(name, args, input);
  if (code !== 0) throw new Error(`${name} ended with code ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A command that runs until it is stopped: `await using`. */
export class Running {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(name: string, args: string[]) {
    const options = { args, stdin: "null", stdout: "piped", stderr: "inherit" } as const;
    this.#child = new Deno.Command(name, options).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits until it has printed what the pattern matches. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match;
      const { done, value } = await this.#lines.read();
      if (done) throw new Error(`${pattern} was not printed, but: ${this.#text}`);
      this.#text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#lines.cancel();
    await this.#child.status;
  }
}

/** Throws unless something is so. */
export function check(so: boolean, what: string): void {
  if (!so) throw new Error(what);
}
