// Copyright 2026 the asyncio authors. MIT license.

/**
 * Long pipes: programs of others, fed and read through the pipes of subprocesses.
 *
 * @module
 */

import {
  type Coroutine,
  createSubprocessExec,
  createSubprocessShell,
  gather,
  PIPE,
  run,
  STDOUT,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";
import { check, type Subject } from "./subject.ts";

const decoder = new TextDecoder();
const MEGABYTE = 1024 * 1024;

/** Bytes that do not look like any others of theirs. */
function noise(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65536)));
  }
  return bytes;
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Writes all of it in pieces, as fast as they are taken, and ends it. */
function* feed(writer: StreamWriter, bytes: Uint8Array): Coroutine<void> {
  for (let at = 0; at < bytes.length; at += 100_000) {
    writer.write(bytes.subarray(at, at + 100_000));
    yield* writer.drain();
  }
  writer.close();
}

/** Passes on what comes, to its end. */
function* pass(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  for (let data; (data = yield* reader.read(64 * 1024)).length > 0;) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}

async function yesHead(): Promise<string> {
  return await run(function* () {
    const command = "yes | head -c 50000000";
    const process = yield* createSubprocessShell(command, { stdout: PIPE });
    const [stdout] = yield* process.communicate();
    check(process.returncode === 0 && stdout.length === 50_000_000, `${stdout.length} bytes`);
    const yes = yield* createSubprocessExec("yes", { stdout: PIPE });
    const head = yield* createSubprocessExec("head", "-n", "3", { stdin: PIPE, stdout: PIPE });
    const [answer] = yield* gather(
      head.communicate(yield* yes.stdout.readexactly(10 * MEGABYTE)),
    );
    check(decoder.decode(answer[0]) === "y\ny\ny\n", decoder.decode(answer[0]));
    yes.terminate();
    const returncode = yield* yes.wait();
    check(returncode === -15, `yes ended with ${returncode}`);
    return "50 MB in a shell; a head that has had enough of 10 MB";
  });
}

async function cat(): Promise<string> {
  const bytes = noise(50 * MEGABYTE);
  const echoed = await run(function* () {
    const process = yield* createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE });
    const [stdout] = yield* gather(process.stdout.read(), feed(process.stdin, bytes));
    check((yield* process.wait()) === 0, "cat has failed");
    return stdout;
  });
  check(await hashOf(echoed) === await hashOf(bytes), `${echoed.length} bytes, not those`);
  return "50 MB both ways at once";
}

async function gzip(): Promise<string> {
  const bytes = noise(10 * MEGABYTE);
  const back = await run(function* () {
    const both = { stdin: PIPE, stdout: PIPE } as const;
    const pack = yield* createSubprocessExec("gzip", "-1", both);
    const unpack = yield* createSubprocessExec("gunzip", both);
    const [back] = yield* gather(
      unpack.stdout.read(),
      pass(pack.stdout, unpack.stdin),
      feed(pack.stdin, bytes),
    );
    check((yield* pack.wait()) === 0 && (yield* unpack.wait()) === 0, "gzip has failed");
    return back;
  });
  check(await hashOf(back) === await hashOf(bytes), `${back.length} bytes, not those`);
  return "10 MB through two processes";
}

async function shellWithErrors(): Promise<string> {
  return await run(function* () {
    const command = "for i in $(seq 1000); do seq 100; seq 100 >&2; done; exit 3";
    const text = Array.from({ length: 100 }, (_, i) => `${i + 1}\n`).join("");
    const apart = yield* createSubprocessShell(command, { stdout: PIPE, stderr: PIPE });
    for (const output of yield* apart.communicate()) {
      check(decoder.decode(output) === text.repeat(1000), "lines are missing");
    }
    const joined = yield* createSubprocessShell(command, { stdout: PIPE, stderr: STDOUT });
    const [stdout] = yield* joined.communicate();
    check(decoder.decode(stdout) === text.repeat(2000), "lines are missing, or out of order");
    check(apart.returncode === 3 && joined.returncode === 3, `code ${joined.returncode}`);
    return "2,000 times 100 lines, apart and joined";
  });
}

async function python(): Promise<string> {
  return await run(function* () {
    const script = "while True:\n  try: print(eval(input()), flush=True)\n  except EOFError: break";
    const process = yield* createSubprocessExec("python3", "-c", script, {
      stdin: PIPE,
      stdout: PIPE,
    });
    for (let i = 0; i < 1000; i++) {
      process.stdin.write(`${i} ** 2\n`);
      const answer = decoder.decode(yield* process.stdout.readline());
      check(Number(answer) === i ** 2, answer);
    }
    process.stdin.close();
    check((yield* process.wait()) === 0, "python3 has failed");
    return "1,000 questions and answers";
  });
}

export const subjects: Subject[] = [
  { name: "pipes: yes and head", needs: ["yes", "head"], meet: yesHead },
  { name: "pipes: cat", needs: ["cat"], meet: cat },
  { name: "pipes: gzip and gunzip", needs: ["gzip", "gunzip"], meet: gzip },
  { name: "pipes: a shell with errors", needs: ["seq"], meet: shellWithErrors },
  { name: "pipes: a conversation with Python", needs: ["python3"], meet: python },
];
