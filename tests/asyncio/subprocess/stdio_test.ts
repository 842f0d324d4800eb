// Copyright 2026 the asyncio authors. MIT license.

/** Processes that read from files and write to them. */

import {
  type Coroutine,
  createSubprocessExec,
  type CreateSubprocessExecOptions,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  type Process,
  STDOUT,
  type StreamReader,
  ValueError,
} from "@asyncio/asyncio";
import { assertEquals } from "@std/assert";
import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { testFormsInRealTime as testForms } from "../../_run_test.ts";
import { text } from "../_text.ts";

/** Calls `body` with the descriptor and the path of a file, and tells what the file holds then. */
function* inFile(
  content: string,
  flags: string,
  body: (fd: number, path: string) => Coroutine<void>,
): Coroutine<string> {
  const path = Deno.makeTempFileSync();
  const fd = openSync(path, flags);
  try {
    writeSync(fd, content);
    yield* body(fd, path);
    return Deno.readTextFileSync(path);
  } finally {
    closeSync(fd);
    Deno.removeSync(path);
  }
}

// CPython: test_subprocess.py, ProcessTestCase.test_stdout_fileno (that of subprocess)
testForms("a process writes to a descriptor, which stays open", function* ({ wait }) {
  const written = yield* inFile("before\n", "w", function* (fd) {
    const process = yield* wait(createSubprocessExec("echo", "hello", { stdout: fd }));
    assertEquals([process.stdout, yield* wait(process.wait())], [null, 0]);
    writeSync(fd, "after\n");
  });
  assertEquals(written, "before\nhello\nafter\n");
});

// CPython: test_subprocess.py, ProcessTestCase.test_stdin_fileno (that of subprocess)
testForms("a process reads from a descriptor", function* ({ wait }) {
  yield* inFile("pear\napple\n", "w", function* (_, path) {
    const fd = openSync(path, "r");
    const process = yield* wait(createSubprocessExec("sort", { stdin: fd, stdout: PIPE }));
    closeSync(fd);
    const [stdout] = yield* wait(process.communicate());
    assertEquals([process.stdin, text(stdout)], [null, "apple\npear\n"]);
  });
});

// CPython: test_subprocess.py, ProcessTestCase.test_stdout_stderr_file (that of subprocess)
testForms("STDOUT is the file that stdout is", function* ({ wait }) {
  const command = "echo one; echo two >&2; echo three";
  const written = yield* inFile("", "w", function* (stdout) {
    const process = yield* wait(createSubprocessShell(command, { stdout, stderr: STDOUT }));
    assertEquals(yield* wait(process.wait()), 0);
  });
  assertEquals(written, "one\ntwo\nthree\n");
});

// CPython: test_subprocess.py, ProcessTestCase.test_stderr_fileno (that of subprocess)
testForms("errors go to a file of their own", function* ({ wait }) {
  const written = yield* inFile("", "w", function* (stderr) {
    const process = yield* wait(createSubprocessShell("echo out; echo err >&2", {
      stdout: PIPE,
      stderr,
    }));
    assertEquals(text((yield* wait(process.communicate()))[0]), "out\n");
  });
  assertEquals(written, "err\n");
});

Deno.test("a file of node:fs/promises is taken by its descriptor", async () => {
  const path = await Deno.makeTempFile();
  const file = await open(path, "w");
  const { run } = await import("@asyncio/asyncio");
  await run(async () => {
    const process = await createSubprocessExec("echo", "hello", { stdout: file, stdin: DEVNULL });
    await process.wait();
  });
  await file.close();
  assertEquals(await Deno.readTextFile(path), "hello\n");
  await Deno.remove(path);
});

testForms("STDOUT is the output of this program where stdout is", function* ({ wait }) {
  const program = new URL("_programs/stdio.ts", import.meta.url).pathname;
  const args = ["run", "--no-check", "--allow-run", program];
  const options = { stdout: PIPE, stderr: PIPE } as const;
  const process = yield* wait(createSubprocessExec(Deno.execPath(), ...args, options));
  const [stdout, stderr] = yield* wait(process.communicate());
  assertEquals([text(stdout), text(stderr)], ["one\ntwo\nthree\n", ""]);
});

testForms("what is no file is refused", function* ({ raises }) {
  for (const fd of [-4, 1.5, NaN]) {
    const starting = createSubprocessExec("true", { stdout: fd });
    yield* raises(starting, ValueError, `stdout must be a file descriptor, not ${fd}`);
  }
  const closed = openSync("/dev/null", "r");
  closeSync(closed);
  yield* raises(createSubprocessExec("true", { stdin: closed }), Error, "Bad file descriptor");
  using file = Deno.openSync("/dev/null");
  for (const stdin of [file, {}, "pipe"]) {
    const options = { stdin } as unknown as CreateSubprocessExecOptions;
    yield* raises(createSubprocessExec("true", options), Deno.errors.NotSupported, "openSync()");
  }
});

Deno.test("of a number that may be PIPE, nobody can tell whether there is a stream", () => {
  const unknown = (stdout: number) => createSubprocessExec("true", { stdout });
  const typed: (stdout: number) => PromiseLike<Process<null, StreamReader | null, null>> = unknown;
  assertEquals(typed, unknown);
});
