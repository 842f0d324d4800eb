// Copyright 2026 the asyncio authors. MIT license.

/**
 * The tasks of a running program: what each is called, for what it waits, and at which line.
 *
 * ```sh
 * ASYNCIO_DEBUG=1 deno run -A server.ts &
 * deno run -A jsr:@asyncio/asyncio/ps $!
 *
 * deno run --inspect server.ts &
 * deno run -A jsr:@asyncio/asyncio/ps $!
 * ```
 *
 * The program needs no change. It is one that was started in either of two ways:
 *
 * - with `ASYNCIO_DEBUG=1`, and may read and write in `/tmp`: it then answers on a Unix socket there,
 *   `/tmp/asyncio-PID.sock`, and knows since when each task waits;
 * - with `--inspect`, whatever it may do: V8's inspector tells where each generator and async function
 *   is suspended, without a note having been made of it. The program stands still meanwhile, for about
 *   a second, or three if its memory is large. In place of the PID, the inspector's `HOST:PORT` may be
 *   given, which is also the way to a program on another machine.
 *
 * A tree (`--tree`, the default) shows the task that waits above, and what it waits for below; `--table`
 * gives a line for each task and each that waits for it. Tasks that wait for one another in a circle are
 * named as a deadlock.
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

import { inspectorAt, inspectorOf } from "./_find_inspector.ts";
import { addressOf, ask, commandLine, exists, exit, isNobody, sweep } from "./_host.ts";
import { inspect } from "./_inspected.ts";
import type { Answer } from "./_peephole.ts";
import { isTaskState } from "./_task_state.ts";
import { tableOf, treeOf } from "./_task_tree.ts";

const USAGE = "usage: deno run -A jsr:@asyncio/asyncio/ps [--tree | --table] PID | HOST:PORT";

/** How long a program may take to answer, in milliseconds. */
const PATIENCE = 5_000;

/** The address of an inspector, as it is or as the program has printed it. */
const ADDRESS = /^(?:ws:\/\/|http:\/\/)?([^/\s]+:\d+)(?:\/.*)?$/;

if (import.meta.main) await main(commandLine());

async function main(args: readonly string[]): Promise<void> {
  const [whom = "", ...rest] = args.filter((arg) => !arg.startsWith("--"));
  const options = args.filter((arg) => arg.startsWith("--"));
  const isTable = options.includes("--table");
  const isWrong = options.some((option) => option !== "--table" && option !== "--tree");
  if (isWrong || rest.length > 0 || !(isPid(whom) || ADDRESS.test(whom))) fail(2, USAGE);
  const loops = isPid(whom) ? await tasksOf(Number(whom)) : await tasksAt(ADDRESS.exec(whom)![1]!);
  for (const tasks of loops) console.log((isTable ? tableOf(tasks) : treeOf(tasks)).join("\n"));
  if (loops.every((tasks) => tasks.length === 0)) console.log("no tasks");
}

function isPid(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text);
}

async function tasksOf(pid: number): Promise<Answer> {
  await sweep().catch(() => {});
  if (!exists(pid)) return fail(1, `there is no process ${pid}`);
  const answer = await answerOf(pid);
  if (answer !== null) return answer;
  const inspector = await inspectorOf(pid);
  if (inspector !== null) return await inspected(inspector);
  return fail(
    1,
    `process ${pid} cannot be asked: nobody answers on ${
      addressOf(pid)
    }, and it has no inspector\n` +
      "It has to run a loop, and to have been started either with ASYNCIO_DEBUG=1 and the permission " +
      "to read, write and listen there (with -A, say), or with --inspect",
  );
}

async function tasksAt(address: string): Promise<Answer> {
  const inspector = await inspectorAt(address);
  return inspector === null
    ? fail(1, `no inspector answers at ${address}: the program has to be started with --inspect`)
    : await inspected(inspector);
}

async function inspected(url: string): Promise<Answer> {
  try {
    const { loops, remark } = await inspect(url);
    if (remark !== null) console.error(remark);
    return loops;
  } catch (error) {
    return fail(1, `the inspector at ${url} does not tell the tasks: ${messageOf(error)}`);
  }
}

/** What the program answers on its socket; `null` if nobody listens there. */
async function answerOf(pid: number): Promise<Answer | null> {
  try {
    return checked(JSON.parse(await ask(pid, PATIENCE)));
  } catch (error) {
    if (isNobody(error)) return null;
    return fail(
      1,
      `process ${pid} does not answer: its loop has no time, or may not be asked ` +
        `(${messageOf(error)})`,
    );
  }
}

/** Whoever listens there may be anybody. */
function checked(answer: unknown): Answer {
  const isAnswer = Array.isArray(answer) &&
    answer.every((tasks) => Array.isArray(tasks) && tasks.every(isTaskState));
  if (!isAnswer) throw new Error("it is no answer of this library's");
  return answer as Answer;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(code: number, message: string): never {
  console.error(message);
  return exit(code);
}
