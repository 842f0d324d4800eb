// Copyright 2026 the asyncio authors. MIT license.

/**
 * The tasks of a running program: what each is called, since when it waits, for what, and at which line.
 *
 * ```sh
 * ASYNCIO_DEBUG=1 deno run -A server.ts &
 * deno run -A jsr:@asyncio/asyncio/ps $!
 * ```
 *
 * The program is one that was started with `ASYNCIO_DEBUG=1`, and may read and write in `/tmp`: it then
 * answers on a Unix socket there, `/tmp/asyncio-PID.sock`. It needs no change. A tree (`--tree`, the
 * default) shows the task that waits above, and what it waits for below; `--table` gives a line for each
 * task and each that waits for it. Tasks that wait for one another in a circle are named as a deadlock.
 *
 * CPython: `python -m asyncio pstree PID` and `ps PID`.
 *
 * @example What it shows
 * ```ts ignore
 * // └── (T) Task-1
 * //     └──  main server.ts:12
 * //         └── (T) worker
 * //             └──  work server.ts:7
 * //                 └── waits for 3.2 s: <Future pending>
 * ```
 *
 * @module
 */

import { addressOf, ask, commandLine, exists, exit, isNobody } from "./_host.ts";
import type { Answer } from "./_peephole.ts";
import { tableOf, treeOf } from "./_task_tree.ts";

const USAGE = "usage: deno run -A jsr:@asyncio/asyncio/ps [--tree | --table] PID";

/** How long a program may take to answer, in milliseconds. */
const PATIENCE = 5_000;

if (import.meta.main) await main(commandLine());

async function main(args: readonly string[]): Promise<void> {
  const [pid, ...rest] = args.filter((arg) => !arg.startsWith("--"));
  const options = args.filter((arg) => arg.startsWith("--"));
  const isTable = options.includes("--table");
  const isWrong = options.some((option) => option !== "--table" && option !== "--tree");
  if (isWrong || rest.length > 0 || pid === undefined || !/^\d+$/.test(pid)) fail(2, USAGE);
  const answer = await answerOf(Number(pid));
  const loops = JSON.parse(answer) as Answer;
  for (const tasks of loops) console.log((isTable ? tableOf(tasks) : treeOf(tasks)).join("\n"));
  if (loops.every((tasks) => tasks.length === 0)) console.log("no tasks");
}

async function answerOf(pid: number): Promise<string> {
  try {
    return await ask(pid, PATIENCE);
  } catch (error) {
    if (!isNobody(error)) {
      fail(
        1,
        `process ${pid} does not answer: its loop has no time, or may not be asked (${error})`,
      );
    }
    if (!exists(pid)) fail(1, `there is no process ${pid}`);
    return fail(
      1,
      `process ${pid} cannot be asked: nobody answers on ${addressOf(pid)}\n` +
        "It has to run a loop, and to have been started with ASYNCIO_DEBUG=1 and the permission to " +
        "read, write and listen there: with -A, say",
    );
  }
}

function fail(code: number, message: string): never {
  console.error(message);
  return exit(code);
}
