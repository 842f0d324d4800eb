// Copyright 2026 the asyncio authors. MIT license.

/**
 * Other programs: a shell command, one line of a program's output, several at once, a conversation, and
 * one that takes too long.
 *
 *     deno run --allow-run=/bin/sh,date,sleep,sort examples/commands.ts
 *
 * No options.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { Coroutine } from "@asyncio/asyncio";
import { options, program } from "./_options.ts";

const { PIPE } = asyncio;
const decoder = new TextDecoder();

/** Has a shell run a command, and tells what became of it. */
function* shell(command: string): Coroutine<string> {
  const process = yield* asyncio.createSubprocessShell(command, { stdout: PIPE, stderr: PIPE });
  const [stdout, stderr] = yield* process.communicate();
  const lines = [`[${command}] exited with ${process.returncode}`];
  if (stdout.length > 0) lines.push(`  stdout: ${decoder.decode(stdout).trim()}`);
  if (stderr.length > 0) lines.push(`  stderr: ${decoder.decode(stderr).trim()}`);
  return lines.join("\n");
}

/** Asks a program for the date of the day on which time began. */
function* date(): Coroutine<string> {
  const env = { TZ: "UTC", LC_ALL: "C", PATH: "/usr/bin:/bin" };
  const process = yield* asyncio.createSubprocessExec("date", "-d@0", "+%A, %d.%m.%Y", {
    stdout: PIPE,
    env,
  });
  const line = yield* process.stdout.readline();
  yield* process.wait();
  return decoder.decode(line).trim();
}

/** Has a program put words in order, while they are still being written. */
function* sorted(words: string[]): Coroutine<string[]> {
  const process = yield* asyncio.createSubprocessExec("sort", { stdin: PIPE, stdout: PIPE });
  for (const word of words) {
    process.stdin.write(`${word}\n`);
    yield* process.stdin.drain();
  }
  process.stdin.close();
  const lines = decoder.decode(yield* process.stdout.read()).trim().split("\n");
  yield* process.wait();
  return lines;
}

/** Gives a program so many seconds. */
function* limited(seconds: number): Coroutine<string> {
  const process = yield* asyncio.createSubprocessExec("sleep", "3600");
  try {
    return `sleep ended with ${yield* asyncio.waitFor(process.wait(), seconds)}`;
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    process.kill();
    return `sleep took too long, and ended with ${yield* process.wait()}`;
  }
}

/** Runs all of them. */
export function* main(): Coroutine<void> {
  const commands = ["echo one", "sleep 0.1; echo two", "cat /does/not/exist"];
  for (const report of yield* asyncio.gather(...commands.map(shell))) console.log(report);
  console.log(`Time began on a ${yield* date()}`);
  console.log(`Sorted: ${(yield* sorted(["pear", "apple", "fig"])).join(", ")}`);
  console.log(yield* limited(0.1));
}

if (import.meta.main) {
  options({});
  await program("run the commands", () => asyncio.run(main));
}
