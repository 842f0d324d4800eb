// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  CancelledError,
  type Coroutine,
  createSubprocessExec,
  type CreateSubprocessExecOptions,
  createSubprocessShell,
  DEVNULL,
  gather,
  PIPE,
  type Process,
  type ReadTransport,
  run,
  sleep,
  STDOUT,
  type SubprocessTransport,
  ValueError,
  waitFor,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { testFormsInRealTime as testForms } from "../../_run_test.ts";
import { text } from "../_text.ts";
import { BLOCKED, isThere, MORE_THAN_A_PIPE } from "./_commands.ts";

// CPython: test_subprocess.py, SubprocessMixin.test_stdin_stdout
testForms("a process is written to and read from, as streams", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE }));
  process.stdin.write("some data");
  yield* wait(process.stdin.drain());
  process.stdin.close();
  assertEquals(text(yield* wait(process.stdout.read())), "some data");
  assertEquals(yield* wait(process.wait()), 0);
  yield* wait(process.stdin.waitClosed());
});

// CPython: test_subprocess.py, SubprocessMixin.test_communicate
testForms("Process.communicate() writes, reads and waits", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE }));
  assertEquals([process.returncode, process.stderr], [null, null]);
  const [stdout, stderr] = yield* wait(process.communicate("some data"));
  assertEquals([text(stdout), stderr, process.returncode], ["some data", null, 0]);
});

// CPython: test_subprocess.py, SubprocessMixin.test_communicate_none_input
testForms("Process.communicate() without input ends the input", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE }));
  const [stdout] = yield* wait(process.communicate());
  assertEquals([text(stdout), process.returncode], ["", 0]);
});

// CPython: test_subprocess.py, SubprocessMixin.test_shell
testForms("createSubprocessShell() has a shell run a command", function* ({ wait }) {
  const process = yield* wait(createSubprocessShell("exit 7"));
  assertEquals(yield* wait(process.wait()), 7);
});

// CPython: test_subprocess.py, SubprocessMixin.test_start_new_session
testForms("a process begins a session of its own with startNewSession", function* ({ wait }) {
  const command = "ps -o sid= -p $$; echo $$; exit 8";
  const process = yield* wait(
    createSubprocessShell(command, { stdout: PIPE, startNewSession: true }),
  );
  const [stdout] = yield* wait(process.communicate());
  const [session, pid] = text(stdout).trim().split(/\s+/);
  assertEquals([session, Number(pid), process.returncode], [pid, process.pid, 8]);
});

// CPython: test_subprocess.py, SubprocessMixin.test_kill
testForms("Process.kill() ends a process", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec(...BLOCKED));
  process.kill();
  assertEquals(yield* wait(process.wait()), -9);
  assert(!isThere(process.pid));
});

// CPython: test_subprocess.py, SubprocessMixin.test_kill_issue43884
testForms("Process.kill() ends a shell that waits for another program", function* ({ wait }) {
  const process = yield* wait(
    createSubprocessShell("echo; sleep 0.1; sleep 0.1", { stdout: PIPE }),
  );
  yield* wait(process.stdout.readline());
  process.kill();
  assertEquals(yield* wait(process.wait()), -9);
  assertEquals(text(yield* wait(process.stdout.read())), "");
});

// CPython: test_subprocess.py, SubprocessMixin.test_terminate
testForms("Process.terminate() asks a process to end", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec(...BLOCKED));
  process.terminate();
  assertEquals(yield* wait(process.wait()), -15);
});

// CPython: test_subprocess.py, SubprocessMixin.test_send_signal
for (const signal of ["SIGHUP", 1]) {
  testForms(`Process.sendSignal() sends a signal: ${signal}`, function* ({ wait }) {
    const process = yield* wait(
      createSubprocessShell("echo sleeping; exec sleep 3600", { stdout: PIPE }),
    );
    assertEquals(text(yield* wait(process.stdout.readline())), "sleeping\n");
    process.sendSignal(signal);
    assertEquals(yield* wait(process.wait()), -1);
  });
}

testForms("Process.sendSignal() knows which signals there are", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec(...BLOCKED));
  assertThrows(() => process.sendSignal("SIGNOT"), ValueError, "invalid signal name SIGNOT");
  assertThrows(() => process.sendSignal(1000), ValueError, "invalid signal number 1000");
  process.sendSignal("SIGSTOP");
  process.sendSignal("SIGCONT");
  process.sendSignal(0); // Is it there?
  process.kill();
  yield* wait(process.wait());
});

Deno.test({
  name: "a signal without a name has a number",
  sanitizeResources: false, // Deno's own promise rejects, and what it stands for is never closed.
  async fn() {
    await run(async () => {
      const process = await createSubprocessShell("kill -35 $$");
      assertEquals(await process.wait(), -35);
    });
  },
});

// CPython: test_subprocess.py, SubprocessMixin.test_stdin_broken_pipe
testForms("StreamWriter.drain() fails when the process has ended", function* (test) {
  const { raises, wait } = test;
  const process = yield* wait(
    createSubprocessShell("exec <&-; echo closed; exec sleep 3600", { stdin: PIPE, stdout: PIPE }),
  );
  yield* wait(process.stdout.readline());
  process.stdin.write(new Uint8Array(MORE_THAN_A_PIPE));
  yield* raises(process.stdin.drain(), Deno.errors.BrokenPipe);
  yield* raises(process.stdin.waitClosed(), Deno.errors.BrokenPipe);
  yield* raises(process.stdin.drain(), Deno.errors.ConnectionReset, "Connection lost");
  process.kill();
  yield* wait(process.wait());
});

// CPython: test_subprocess.py, SubprocessMixin.test_communicate_ignore_broken_pipe
testForms("Process.communicate() is content with a process that does not read", function* (test) {
  const { wait } = test;
  const process = yield* wait(createSubprocessExec("true", { stdin: PIPE }));
  assertEquals(yield* wait(process.communicate(new Uint8Array(MORE_THAN_A_PIPE))), [null, null]);
  assertEquals(yield* wait(process.wait()), 0);
});

// CPython: test_subprocess.py, SubprocessMixin.test_pause_reading
testForms("a process that writes much is kept waiting by its limit", function* ({ loop, wait }) {
  let transport!: ReadTransport;
  const { subprocessExec } = loop;
  loop.subprocessExec = ((...args: Parameters<typeof subprocessExec>) => {
    const [factory, ...rest] = args;
    return subprocessExec.call(loop, () => {
      const protocol = factory();
      const { connectionMade } = protocol;
      protocol.connectionMade = (made) => {
        connectionMade.call(protocol, made);
        transport = (made as SubprocessTransport).getPipeTransport(1) as unknown as ReadTransport;
      };
      return protocol;
    }, ...rest);
  }) as typeof subprocessExec;
  const calls: string[] = [];
  const process = yield* wait(
    createSubprocessExec("printf", "%021d", "0", { stdin: PIPE, stdout: PIPE, limit: 10 }),
  );
  for (const name of ["pauseReading", "resumeReading"] as const) {
    const method = transport[name];
    transport[name] = () => {
      calls.push(name);
      method.call(transport);
    };
  }
  const [stdout] = yield* wait(process.communicate());
  assertEquals(text(stdout), "0".repeat(21));
  assertEquals(calls, ["pauseReading", "resumeReading"]);
});

// CPython: test_subprocess.py, SubprocessMixin.test_stdin_not_inheritable, test_empty_input and
// test_devstdin_input
for (const [file, input] of [["", "abc"], ["", ""], ["/dev/stdin", "abc"]] as const) {
  testForms(`a process finds the end of its input: ${file} "${input}"`, function* ({ wait }) {
    const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
    const args = file === "" ? [] : [file];
    const process = yield* wait(createSubprocessExec("cat", ...args, options));
    const [stdout, stderr] = yield* wait(process.communicate(input));
    assertEquals([text(stdout), text(stderr), process.returncode], [input, "", 0]);
  });
}

// CPython: test_subprocess.py, SubprocessMixin.test_devnull_input
testForms("DEVNULL has nothing to read", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec("cat", { stdin: DEVNULL, stdout: PIPE }));
  assertStrictEquals(process.stdin, null);
  const [stdout] = yield* wait(process.communicate());
  assertEquals([text(stdout), process.returncode], ["", 0]);
});

// CPython: test_subprocess.py, SubprocessMixin.test_devnull_output and test_devnull_error
testForms("DEVNULL takes what nobody reads", function* ({ wait }) {
  const options = { stdin: PIPE, stdout: DEVNULL, stderr: DEVNULL } as const;
  const process = yield* wait(createSubprocessShell("cat; cat /does/not/exist", options));
  assertEquals(yield* wait(process.communicate("abc")), [null, null]);
  assertEquals(process.returncode, 1);
});

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_stderr_redirect_to_stdout
for (
  const [where, start] of [
    [
      "exec",
      (command: string, options: Redirect) => createSubprocessExec("sh", "-c", command, options),
    ],
    ["shell", (command: string, options: Redirect) => createSubprocessShell(command, options)],
  ] as const
) {
  testForms(`STDOUT keeps the order of output and errors (${where})`, function* ({ wait }) {
    const lines = Array.from({ length: 50 }, (_, i) => `echo ${i}${i % 3 === 0 ? " >&2" : ""}`);
    const command = `${lines.join("\n")}\nexit 3`;
    const process = yield* wait(start(command, { stdout: PIPE, stderr: STDOUT }));
    const [stdout, stderr] = yield* wait(process.communicate());
    assertEquals(text(stdout), lines.map((_, i) => `${i}\n`).join(""));
    assertEquals([stderr, process.returncode], [null, 3]);
  });
}

type Redirect = { stdout: typeof PIPE; stderr: typeof STDOUT };

testForms("STDOUT gives what is written nowhere to nobody", function* ({ wait }) {
  const options = { stdout: DEVNULL, stderr: STDOUT } as const;
  const process = yield* wait(createSubprocessShell("echo one; echo two >&2", options));
  assertEquals(yield* wait(process.communicate()), [null, null]);
});

testForms("STDOUT hands the arguments on as they are", function* ({ wait }) {
  const args = ["a b", "$HOME", "'", '"', "*", "", "-e", "\\", "x\ny"];
  const options = { stdout: PIPE, stderr: STDOUT } as const;
  const process = yield* wait(createSubprocessExec("printf", "%s|", ...args, options));
  const [stdout] = yield* wait(process.communicate());
  assertEquals(text(stdout), args.map((arg) => `${arg}|`).join(""));
});

// CPython: test_subprocess.py, SubprocessMixin.test_cancel_process_wait
testForms("a cancelled Process.wait() lets the process go on", function* (test) {
  const { loop, raises, spawn, wait } = test;
  const process = yield* wait(createSubprocessExec(...BLOCKED));
  const task = spawn(() => wait(process.wait()));
  loop.callSoon(() => task.cancel());
  yield* raises(task, CancelledError);
  task.cancel();
  assertEquals(process.returncode, null);
  process.kill();
  assertEquals(yield* wait(process.wait()), -9);
});

// CPython: test_subprocess.py, SubprocessMixin.test_cancel_make_subprocess_transport_exec and
// test_cancel_post_init
for (const stderr of [PIPE, STDOUT] as const) {
  for (let turns = 0; turns < 8; turns++) {
    const title = `a cancelled createSubprocessExec() leaves no process: ${stderr}, turn ${turns}`;
    testForms(title, function* ({ raises, spawn, turns: pass, wait }) {
      const mark = `0.${Math.floor(Math.random() * 1e9)}`;
      const started: Process[] = [];
      const task = spawn(function* () {
        const options = { stdin: PIPE, stdout: PIPE, stderr } as const;
        started.push(yield* wait(createSubprocessExec("sleep", "3600", mark, options)));
      });
      yield* pass(turns);
      if (task.done()) {
        started[0]!.kill();
        yield* wait(started[0]!.wait());
        return;
      }
      task.cancel();
      yield* raises(task, CancelledError);
      assertEquals(started.length, 0);
      const found = yield* wait(createSubprocessExec("pgrep", "-fx", `sleep 3600 ${mark}`));
      assertEquals(yield* wait(found.wait()), 1);
    });
  }
}

// CPython: test_subprocess.py, SubprocessMixin.test_read_stdout_after_process_exit
testForms("what a process has written is read after it has ended", function* ({ wait }) {
  const process = yield* wait(
    createSubprocessExec("head", "-c", "262144", "/dev/zero", { stdout: PIPE }),
  );
  let size = 0;
  for (;;) {
    const data = yield* wait(process.stdout.read(65536));
    if (data.length === 0) break;
    size += data.length;
    yield* wait(sleep(0.002));
  }
  assertEquals(size, 262144);
  assertEquals(yield* wait(process.wait()), 0);
});

// CPython: test_subprocess.py, SubprocessMixin.test_create_subprocess_exec_text_mode_fails and
// test_create_subprocess_shell_text_mode_fails
// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_exec_invalid_args and
// test_subprocess_shell_invalid_args
testForms("options that would make text of the bytes are refused", function* ({ raises }) {
  for (
    const [options, message] of [
      [{ text: true }, "text must be false"],
      [{ encoding: "utf-8" }, "encoding must be null"],
      [{ errors: "strict" }, "errors must be null"],
      [{ universalNewlines: true }, "universalNewlines must be false"],
      [{ bufsize: 4096 }, "bufsize must be 0"],
    ] as const
  ) {
    yield* raises(createSubprocessExec("true", options as object), ValueError, message);
    yield* raises(createSubprocessShell("true", options as object), ValueError, message);
  }
  const shell = { shell: true } as object;
  yield* raises(createSubprocessExec("true", shell), ValueError, "shell must be false");
  const noShell = { shell: false } as object;
  yield* raises(createSubprocessShell("true", noShell), ValueError, "shell must be true");
  const words = ["ls", "-l"] as unknown as string;
  yield* raises(createSubprocessShell(words), ValueError, "cmd must be a string");
});

testForms("nothing that is asked for is ignored", function* ({ raises }) {
  const { NotSupported } = Deno.errors;
  yield* raises(
    createSubprocessExec("true", { passFds: [3] } as object),
    NotSupported,
    "Cannot start process: there is no option 'passFds' in this runtime",
  );
  for (const name of ["stdin", "stdout"]) {
    const options = { [name]: STDOUT } as CreateSubprocessExecOptions;
    yield* raises(
      createSubprocessExec("true", options),
      ValueError,
      "STDOUT can only be used for stderr",
    );
  }
  const number = 1 as unknown as string;
  yield* raises(createSubprocessExec("echo", number), TypeError, "strings or file URLs, not 1");
  yield* raises(createSubprocessExec(number), TypeError, "a string or a file URL, not 1");
});

// CPython: test_subprocess.py, SubprocessMixin.test_create_subprocess_exec_with_path
testForms("programs, arguments and folders may be file URLs", function* ({ wait }) {
  const folder = new URL("./", import.meta.url);
  const self = new URL(import.meta.url);
  const process = yield* wait(
    createSubprocessExec(new URL("file:///bin/sh"), "-c", 'echo "$0"; pwd', self, {
      stdout: PIPE,
      cwd: folder,
    }),
  );
  const [stdout] = yield* wait(process.communicate());
  assertEquals(text(stdout), `${self.pathname}\n${folder.pathname.slice(0, -1)}\n`);
});

// CPython: test_subprocess.py, SubprocessMixin.test_create_subprocess_env_shell and
// test_create_subprocess_env_exec
testForms("the environment of a process is the one given, and nothing else", function* ({ wait }) {
  const env = { FOO: "bar", PATH: Deno.env.get("PATH")! };
  const program = yield* wait(createSubprocessExec("env", { env, stdout: PIPE }));
  const [lines] = yield* wait(program.communicate());
  assertEquals(text(lines).trim().split("\n").sort(), Object.entries(env).map((e) => e.join("=")));
  const shell = yield* wait(createSubprocessShell("printf $FOO", { env, stdout: PIPE }));
  const [stdout] = yield* wait(shell.communicate());
  assertEquals([text(stdout), shell.returncode], ["bar", 0]);
  const again = yield* wait(shell.wait());
  assertEquals(again, 0);
});

// CPython: test_subprocess.py, SubprocessMixin.test_subprocess_concurrent_wait
testForms("many may wait for one process, before and after its end", function* (test) {
  const { loop, spawn, turns, wait } = test;
  const process = yield* wait(createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE }));
  const waiting = Array.from({ length: 10 }, () => spawn(() => wait(process.wait())));
  yield* turns(2);
  waiting[3]!.cancel();
  const [stdout] = yield* wait(process.communicate("some data"));
  assertEquals([text(stdout), process.returncode], ["some data", 0]);
  const results = yield* wait(gather(...waiting, { returnExceptions: true }));
  assertInstanceOf(results.splice(3, 1)[0], CancelledError);
  assertEquals(results, Array(9).fill(0));
  assertEquals(yield* wait(gather(...waiting.map(() => process.wait()))), Array(10).fill(0));
  assert(loop.isRunning());
});

// CPython: test_subprocess.py, SubprocessMixin.test_subprocess_communicate_stdout
testForms("many processes run at once", function* ({ wait }) {
  function* output(word: string): Coroutine<string> {
    const process = yield* createSubprocessExec("echo", word, { stdout: PIPE });
    const [stdout] = yield* process.communicate();
    return text(stdout).trim();
  }
  const words = Array.from({ length: 10 }, (_, i) => `foo${i}`);
  assertEquals(yield* wait(gather(...words.map(output))), words);
});

// CPython: test_subprocess.py, SubprocessMixin.test_subprocess_send_signal_race
testForms("a signal may come too late", function* ({ wait }) {
  for (let i = 0; i < 10; i++) {
    const process = yield* wait(createSubprocessExec("sleep", "0.01"));
    yield* wait(sleep(0.01));
    try {
      process.sendSignal("SIGUSR1");
    } catch (error) {
      assertInstanceOf(error, Deno.errors.NotFound);
    }
    const returncode = yield* wait(process.wait());
    assert(returncode === 0 || returncode === -10 || returncode === -30, `${returncode}`);
  }
});

// CPython: test_subprocess.py, SubprocessTransportTests.test_proc_exited
testForms("a process that has ended takes no signal", function* ({ raises, wait }) {
  const process = yield* wait(createSubprocessExec("true"));
  yield* wait(process.wait());
  yield* wait(sleep(0));
  for (
    const late of [
      () => process.sendSignal("SIGTERM"),
      () => process.terminate(),
      () => process.kill(),
    ]
  ) {
    assertThrows(late, Deno.errors.NotFound, "No such process");
  }
  yield* raises(waitFor(sleep(1), 0), Error); // The loop goes on as ever.
});

// CPython: test_subprocess.py, SubprocessMixin.test_popen_error and test_popen_error_with_stdin_pipe
for (const stderr of [PIPE, STDOUT] as const) {
  testForms(`a program that is not there: ${stderr}`, function* ({ raises }) {
    const { NotFound, PermissionDenied } = Deno.errors;
    const options = { stdin: PIPE, stdout: PIPE, stderr } as const;
    for (const program of ["there-is-none", "/there/is/none"]) {
      const error = yield* raises(createSubprocessExec(program, options), NotFound);
      assertMatch(error.message, new RegExp(`^Failed to spawn '${program}': `));
    }
    const file = new URL(import.meta.url);
    for (const program of [file, new URL("./", file)]) {
      yield* raises(createSubprocessExec(program, options), PermissionDenied, "Failed to spawn");
    }
    const cwd = "/there/is/none";
    yield* raises(createSubprocessExec("true", { ...options, cwd }), NotFound, cwd);
    yield* raises(createSubprocessExec("echo", "a\0b", options), TypeError, "nul byte");
  });
}

testForms("Process.toString() is Python's repr", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec("true"));
  assertEquals([String(process), Deno.inspect(process)], Array(2).fill(`<Process ${process.pid}>`));
  yield* wait(process.wait());
});

Deno.test("Process ends at the end of an await using scope", async () => {
  let ended!: Process;
  await run(async () => {
    await using process = await createSubprocessExec(...BLOCKED, { stdin: PIPE, stdout: PIPE });
    ended = process;
  });
  assertEquals(ended.returncode, -9);
  assert(!isThere(ended.pid));
});

testForms("Process ends at the end of an asyncWith()", function* ({ wait }) {
  const process = yield* wait(createSubprocessExec(...BLOCKED, { stdin: PIPE }));
  const given = yield* wait(asyncWith(process, function* (it) {
    yield* sleep(0);
    return it;
  }));
  assertStrictEquals(given, process);
  assertEquals(process.returncode, -9);
});
