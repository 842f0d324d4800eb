// Copyright 2026 the asyncio authors. MIT license.

/** Processes that do not behave, and those who wait for them and are cancelled. */

import {
  asyncWith,
  CancelledError,
  createSubprocessExec,
  createSubprocessShell,
  gather,
  newEventLoop,
  PIPE,
  run,
  sleep,
  STDOUT,
  timeout,
  TimeoutError,
  VirtualClock,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { testFormsInRealTime as testForms } from "../../_run_test.ts";
import { openDescriptors } from "../../selectors/native/_native.ts";
import { text } from "../_text.ts";
import { BLOCKED, isThere, MORE_THAN_A_PIPE } from "./_commands.ts";

/** How many pipes this process holds, where the system tells. */
function openPipes(): number {
  if (Deno.build.os !== "linux") return 0;
  return [...openDescriptors().values()].filter((file) => file.startsWith("pipe:")).length;
}

testForms("a process that ignores SIGTERM is ended by kill()", function* (test) {
  const { raises, wait } = test;
  const command = "trap '' TERM; echo ready; while :; do sleep 0.01; done";
  const process = yield* wait(createSubprocessShell(command, { stdout: PIPE }));
  assertEquals(text(yield* wait(process.stdout.readline())), "ready\n");
  process.terminate();
  yield* raises(waitFor(process.wait(), 0.05), TimeoutError);
  assertEquals(process.returncode, null);
  process.kill();
  assertEquals(yield* wait(process.wait()), -9);
});

testForms("a process may answer to SIGTERM in its own way", function* ({ wait }) {
  const command = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done";
  const process = yield* wait(createSubprocessShell(command, { stdout: PIPE }));
  yield* wait(process.stdout.readline());
  process.terminate();
  const [stdout] = yield* wait(process.communicate());
  assertEquals([text(stdout), process.returncode], ["bye\n", 5]);
});

testForms("a process that closes its input early reads the rest of its life", function* (test) {
  const { wait } = test;
  const process = yield* wait(
    createSubprocessShell("exec <&-; sleep 0.05; echo done", { stdin: PIPE, stdout: PIPE }),
  );
  const [stdout] = yield* wait(process.communicate(new Uint8Array(MORE_THAN_A_PIPE)));
  assertEquals([text(stdout), process.returncode], ["done\n", 0]);
});

testForms("a process that is killed before it reads ends who writes to it", function* (test) {
  const { raises, wait } = test;
  const process = yield* wait(createSubprocessExec(...BLOCKED, { stdin: PIPE }));
  process.stdin.write(new Uint8Array(MORE_THAN_A_PIPE));
  process.kill();
  yield* raises(process.stdin.drain(), Deno.errors.BrokenPipe);
  assertEquals(yield* wait(process.wait()), -9);
  assert(process.stdin.isClosing());
});

testForms("an input that nothing was written to ends with its process", function* (test) {
  const { raises, wait } = test;
  const process = yield* wait(createSubprocessExec("true", { stdin: PIPE }));
  assertEquals(yield* wait(process.wait()), 0);
  yield* wait(process.stdin.waitClosed());
  yield* raises(process.stdin.drain(), Deno.errors.ConnectionReset, "Connection lost");
});

testForms("who has inherited an input gets all that was written to it", function* ({ wait }) {
  const command = "exec 3<&0; (sleep 0.05; cat <&3) & exit 0";
  const process = yield* wait(createSubprocessShell(command, { stdin: PIPE, stdout: PIPE }));
  process.stdin.write("x".repeat(MORE_THAN_A_PIPE));
  assertEquals(yield* wait(process.wait()), 0);
  assertEquals((yield* wait(process.stdout.read())).length, MORE_THAN_A_PIPE);
  yield* wait(process.stdin.waitClosed());
});

// CPython: test_subprocess.py, SubprocessMixin.test_wait_even_if_pipe_is_open (3.14)
testForms("a grandchild that keeps the pipe open holds only its readers", function* (test) {
  const { raises, wait } = test;
  const process = yield* wait(createSubprocessShell("sleep 3600 & echo $!", { stdout: PIPE }));
  const holder = Number(text(yield* wait(process.stdout.readline())));
  assertEquals(yield* wait(process.wait()), 0);
  yield* raises(waitFor(process.communicate(), 0.02), TimeoutError);
  assert(isThere(holder));
  Deno.kill(holder, "SIGKILL");
  assertEquals(yield* wait(process.communicate()), [new Uint8Array(), null]);
});

testForms("a cancelled communicate() loses nothing, and may be called again", function* (test) {
  const { raises, spawn, wait } = test;
  const command = "echo begun; cat; exit 4";
  const process = yield* wait(createSubprocessShell(command, { stdin: PIPE, stdout: PIPE }));
  const task = spawn(() => wait(process.communicate(new Uint8Array(MORE_THAN_A_PIPE))));
  while (!String(process.stdout).includes("bytes")) yield* wait(sleep(0.001));
  task.cancel();
  yield* raises(task, CancelledError);
  assertEquals(process.returncode, null);
  const [stdout] = yield* wait(process.communicate());
  assertEquals(text(stdout.subarray(0, 6)), "begun\n");
  assertEquals([stdout.length - 6, process.returncode], [MORE_THAN_A_PIPE, 4]);
});

testForms("a process that takes too long is killed by who gave it the time", function* (test) {
  const { raises, wait } = test;
  const process = yield* wait(
    createSubprocessExec("yes", { stdin: PIPE, stdout: PIPE, stderr: PIPE }),
  );
  yield* raises(
    asyncWith(timeout(0.02), function* () {
      yield* process.communicate(new Uint8Array(MORE_THAN_A_PIPE));
    }),
    TimeoutError,
  );
  process.kill();
  assertEquals(yield* wait(process.wait()), -9);
  yield* wait(process.communicate());
});

testForms(
  "a process that is killed leaves no pipe behind, though nobody reads it",
  function* (test) {
    const { raises, wait } = test;
    const before = openPipes();
    const process = yield* wait(createSubprocessExec("yes", { stdout: PIPE, limit: 1000 }));
    yield* raises(waitFor(process.wait(), 0.02), TimeoutError);
    assert(String(process.stdout).includes("paused"));
    process.kill();
    assertEquals(yield* wait(process.wait()), -9);
    while (openPipes() > before) yield* wait(sleep(0.001));
    // It is all there for who asks later.
    const rest = text(yield* wait(process.stdout.read()));
    assertEquals(rest, "y\n".repeat(rest.length / 2));
    assert(rest.length > 65_536);
  },
);

testForms("what a process has left behind is taken to some bound", function* ({ raises, wait }) {
  const command = "yes & echo $! >&2";
  const options = { stdout: PIPE, stderr: PIPE, limit: 1000 };
  const process = yield* wait(createSubprocessShell(command, options));
  const holder = Number(text(yield* wait(process.stderr.readline())));
  assertEquals(yield* wait(process.wait()), 0);
  const sizes: number[] = [];
  for (let i = 0; i < 3; i++) {
    yield* wait(sleep(0.02));
    sizes.push(Number(/(\d+) bytes/.exec(String(process.stdout))![1]));
  }
  assert(sizes.every((size) => size <= 200_000), String(sizes));
  yield* raises(waitFor(process.stdout.readexactly(1e9), 0.05), TimeoutError);
  Deno.kill(holder, "SIGKILL");
  const rest = text(yield* wait(process.stdout.read()));
  assertEquals(rest, "y\n".repeat(rest.length / 2));
});

testForms("memory is bounded while nobody reads", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec("yes", { stdout: PIPE, limit: 1000 }));
  yield* wait(process.stdout.readline());
  while (!String(process.stdout).endsWith("paused>")) yield* wait(sleep(0.001));
  yield* wait(sleep(0.05));
  const [, size] = /^<StreamReader (\d+) bytes /.exec(String(process.stdout))!;
  assert(Number(size) <= 2 * 1000 + 2 * 65536, size);
  assertMatch(String(process.stdout), /<ReadPipeTransport idle> paused>$/);
  process.kill();
  yield* wait(process.wait());
});

// Long pipes.

testForms("50 MB go through a process, in at one end and out at the other", function* ({ wait }) {
  const size = 50 * 1024 * 1024;
  const block = Uint8Array.from({ length: 251 * 400 }, (_, i) => i % 251);
  const process = yield* wait(createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE }));
  let read = 0;
  let wrong = 0;
  yield* wait(gather(
    function* write() {
      for (let written = 0; written < size; written += block.length) {
        process.stdin.write(block);
        yield* process.stdin.drain();
        assert(process.stdin.transport.getWriteBufferSize() <= 64 * 1024);
      }
      process.stdin.close();
    },
    function* check() {
      for (;;) {
        const data = yield* process.stdout.read(65536);
        if (data.length === 0) return;
        for (let i = 0; i < data.length; i += 97) if (data[i] !== (read + i) % 251) wrong++;
        read += data.length;
      }
    },
  ));
  assertEquals([yield* wait(process.wait()), wrong], [0, 0]);
  assertEquals(read, Math.ceil(size / block.length) * block.length);
});

testForms("communicate() takes 16 MB both ways at once", function* ({ wait }) {
  const input = new Uint8Array(16 * 1024 * 1024).fill(120);
  const process = yield* wait(createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE }));
  const [stdout] = yield* wait(process.communicate(input));
  assertEquals([stdout.length, stdout.every((byte) => byte === 120)], [input.length, true]);
});

testForms("a pipeline that ends early ends what feeds it", function* ({ wait }) {
  const process = yield* wait(createSubprocessShell("yes | head -n 3", { stdout: PIPE }));
  const [stdout] = yield* wait(process.communicate());
  assertEquals([text(stdout), process.returncode], ["y\ny\ny\n", 0]);
});

for (const stderr of [PIPE, STDOUT] as const) {
  testForms(`much comes through both pipes of a shell: ${stderr}`, function* ({ wait }) {
    const command = `for i in 1 2 3 4 5 6 7 8; do
      head -c 1000000 /dev/zero
      head -c 1000000 /dev/zero >&2
    done`;
    const process = yield* wait(createSubprocessShell(command, { stdout: PIPE, stderr }));
    const outputs = yield* wait(process.communicate());
    const sizes = outputs.map((output) => output?.length ?? 0);
    assertEquals(sizes, stderr === PIPE ? [8_000_000, 8_000_000] : [16_000_000, 0]);
  });
}

testForms("lines are read as they are written", function* ({ wait }) {
  const command = 'while read line; do echo "<$line>"; done';
  const process = yield* wait(createSubprocessShell(command, { stdin: PIPE, stdout: PIPE }));
  for (const word of ["one", "two", "three"]) {
    process.stdin.write(`${word}\n`);
    assertEquals(text(yield* wait(process.stdout.readline())), `<${word}>\n`);
  }
  process.stdin.writeEof();
  assertEquals(yield* wait(process.wait()), 0);
  // The process may end before its pipe does.
  assertEquals(text(yield* wait(process.stdout.read())), "");
  assert(process.stdout.atEof());
});

Deno.test("virtual time waits for processes", async () => {
  const clock = new VirtualClock({ autojump: true });
  const loopFactory = () => newEventLoop({ clock });
  const output = await run(function* () {
    const process = yield* createSubprocessShell("echo hello >&2", {
      stdout: PIPE,
      stderr: STDOUT,
    });
    const [stdout] = yield* process.communicate();
    yield* sleep(3600);
    const other = yield* createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE });
    other.stdin.write("hello");
    const answer = yield* other.stdout.read(5);
    other.stdin.close();
    yield* other.wait();
    return [text(stdout), text(answer)];
  }, { loopFactory });
  assertEquals(output, ["hello\n", "hello"]);
  assertEquals(clock.time(), 3600);
});

Deno.test("processes run in debug mode", async () => {
  await run(async () => {
    const process = await createSubprocessExec("cat", {
      stdin: PIPE,
      stdout: PIPE,
      stderr: STDOUT,
    });
    const [stdout] = await process.communicate("some data");
    assertEquals([text(stdout), process.returncode], ["some data", 0]);
  }, { debug: true });
});
