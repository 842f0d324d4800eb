// Copyright 2026 the asyncio authors. MIT license.

import {
  BaseTransport,
  CancelledError,
  type EventLoop,
  type Future,
  PIPE,
  Process,
  sleep,
  STDOUT,
  SubprocessProtocol,
  type SubprocessTransport,
  type WriteTransport,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type FormTest, testFormsInRealTime as testForms } from "../../_run_test.ts";
import { text } from "../_text.ts";
import { BLOCKED, ECHO_OR_COMPLAIN, ECHO_TWICE, isThere } from "./_commands.ts";

/** A protocol that notes what it is told. CPython: test_events.py, MySubprocessProtocol. */
class Recorder extends SubprocessProtocol {
  readonly calls: unknown[][] = [];
  readonly data: Record<number, string> = { 1: "", 2: "" };
  readonly completed: Future<void>;
  transport!: SubprocessTransport;
  returncode: number | null = null;
  #told: (() => void)[] = [];

  constructor(readonly loop: EventLoop) {
    super();
    this.completed = loop.createFuture();
  }

  #note(...call: unknown[]): void {
    this.calls.push(call);
    for (const told of this.#told.splice(0)) told();
  }
  override connectionMade(transport: BaseTransport): void {
    this.transport = transport as SubprocessTransport;
    this.#note("connectionMade");
  }
  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.data[fd] += text(data);
    this.#note("pipeDataReceived", fd);
  }
  override pipeConnectionLost(fd: number, error: unknown): void {
    this.#note("pipeConnectionLost", fd, error);
  }
  override processExited(): void {
    this.returncode = this.transport.getReturncode();
    this.#note("processExited");
  }
  override connectionLost(error: unknown): void {
    this.#note("connectionLost", error);
    this.completed.setResult();
  }
  override pauseWriting(): void {
    this.#note("pauseWriting");
  }
  override resumeWriting(): void {
    this.#note("resumeWriting");
  }

  /** Waits until something is so, that it is told of. */
  *until(so: () => boolean) {
    while (!so()) {
      const told = this.loop.createFuture<void>();
      this.#told.push(() => told.setResult());
      yield* told;
    }
  }
  /** What it was told, by name. */
  get names(): unknown[] {
    return this.calls.map(([name]) => name);
  }
}

const stdin = (transport: SubprocessTransport) =>
  transport.getPipeTransport(0) as unknown as WriteTransport;

/** Starts what echoes its input. */
function* echo({ loop, wait }: FormTest) {
  return yield* wait(loop.subprocessExec(() => new Recorder(loop as EventLoop), "cat"));
}

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_exec
testForms("loop.subprocessExec() starts a program with three pipes", function* (test) {
  const [transport, protocol] = yield* echo(test);
  assertInstanceOf(protocol, Recorder);
  assertEquals(protocol.names, ["connectionMade"]);
  assertStrictEquals(protocol.transport, transport);
  stdin(transport).write("Python The Winner");
  yield* protocol.until(() => protocol.data[1]!.length === 17);
  transport.close();
  transport.close();
  assert(transport.isClosing());
  yield* test.wait(protocol.completed);
  assertEquals([protocol.returncode, protocol.data[1]], [-9, "Python The Winner"]);
});

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_interactive
testForms("a protocol talks with a process", function* (test) {
  const [transport, protocol] = yield* echo(test);
  stdin(transport).write("Python ");
  yield* protocol.until(() => protocol.data[1] === "Python ");
  stdin(transport).write("The Winner");
  yield* protocol.until(() => protocol.data[1] === "Python The Winner");
  transport.close();
  yield* test.wait(protocol.completed);
  assertEquals(protocol.returncode, -9);
});

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_shell
testForms("loop.subprocessShell() has a shell run a command", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), "echo Python"),
  );
  stdin(transport).close();
  yield* wait(protocol.completed);
  assertEquals([protocol.returncode, protocol.data], [0, { 1: "Python\n", 2: "" }]);
  const lost = protocol.calls.filter(([name]) => name === "pipeConnectionLost");
  assertEquals(lost.map(([, fd, error]) => [fd, error]).sort(), [[0, null], [1, null], [2, null]]);
  transport.close();
});

testForms("loop.subprocessShell() takes another shell", function* ({ loop, wait }) {
  const executable = "/bin/echo";
  const [, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), "exit 7", { executable }),
  );
  yield* wait(protocol.completed);
  assertEquals([protocol.returncode, protocol.data[1]], [0, "-c exit 7\n"]);
});

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_exitcode,
// test_subprocess_close_after_finish and test_subprocess_wait_no_same_group
for (const startNewSession of [false, true]) {
  const title = `a process without pipes is done when it has ended: ${startNewSession}`;
  testForms(title, function* ({ loop, wait }) {
    const options = { stdin: null, stdout: null, stderr: null, startNewSession };
    const [transport, protocol] = yield* wait(
      loop.subprocessShell(() => new Recorder(loop as EventLoop), "exit 7", options),
    );
    assertEquals([0, 1, 2].map((fd) => transport.getPipeTransport(fd)), [null, null, null]);
    yield* wait(protocol.completed);
    assertEquals(protocol.calls, [["connectionMade"], ["processExited"], ["connectionLost", null]]);
    assertEquals(protocol.returncode, 7);
    assert(!transport.isClosing());
    transport.close();
  });
}

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_kill, test_subprocess_terminate and
// test_subprocess_send_signal
for (
  const [name, end, returncode] of [
    ["kill()", (transport) => transport.kill(), -9],
    ["terminate()", (transport) => transport.terminate(), -15],
    ["sendSignal()", (transport) => transport.sendSignal("SIGHUP"), -1],
  ] as [string, (transport: SubprocessTransport) => void, number][]
) {
  testForms(`SubprocessTransport.${name} ends a process`, function* (test) {
    const [transport, protocol] = yield* echo(test);
    end(transport);
    yield* test.wait(protocol.completed);
    assertEquals([protocol.returncode, transport.getReturncode()], [returncode, returncode]);
    transport.close();
  });
}

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_stderr
testForms("output and errors come apart", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), ECHO_TWICE),
  );
  stdin(transport).write("test");
  yield* wait(protocol.completed);
  assertEquals([protocol.data, protocol.returncode], [{ 1: "OUT:test", 2: "ERR:test" }, 0]);
});

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_stderr_redirect_to_stdout
testForms("errors come with the output where stderr is STDOUT", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessExec(
      () => new Recorder(loop as EventLoop),
      "sh",
      "-c",
      ECHO_TWICE,
      { stderr: STDOUT },
    ),
  );
  assert(transport.getPipeTransport(1) !== null);
  assertStrictEquals(transport.getPipeTransport(2), null);
  stdin(transport).write("test");
  yield* wait(protocol.completed);
  assertEquals([protocol.data, protocol.returncode], [{ 1: "OUT:testERR:test", 2: "" }, 0]);
});

// CPython: test_events.py, SubprocessTestsMixin.test_subprocess_close_client_stream
testForms("a process hears that nobody reads its output", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), ECHO_OR_COMPLAIN),
  );
  stdin(transport).write("test");
  yield* protocol.until(() => protocol.data[1] === "OUT:test");
  transport.getPipeTransport(1)!.close();
  yield* protocol.until(() => protocol.names.includes("pipeConnectionLost"));
  assertEquals(protocol.calls.at(-1), ["pipeConnectionLost", 1, null]);
  stdin(transport).write("xxx");
  yield* protocol.until(() => protocol.data[2] !== "");
  assertEquals(protocol.data[2], "ERR:EPIPE");
  transport.close();
  yield* wait(protocol.completed);
  assertEquals(protocol.returncode, -9);
});

// CPython: test_subprocess.py, SubprocessMixin.test_subprocess_protocol_events
testForms("a protocol is told everything, of each pipe in order", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(
      () => new Recorder(loop as EventLoop),
      "printf stdout; printf stderr >&2",
      { stdin: null },
    ),
  );
  yield* wait(protocol.completed);
  transport.close();
  assertEquals([protocol.calls.length, protocol.calls[0]], [7, ["connectionMade"]]);
  assertEquals(protocol.calls.at(-1), ["connectionLost", null]);
  assert(protocol.names.includes("processExited"));
  for (const fd of [1, 2]) {
    const calls = protocol.calls.filter(([, of]) => of === fd).map(([name]) => name);
    assertEquals(calls, ["pipeDataReceived", "pipeConnectionLost"]);
  }
  assertEquals(protocol.data, { 1: "stdout", 2: "stderr" });
});

// CPython: test_subprocess.py, SubprocessMixin.test_close_kill_running
testForms("SubprocessTransport.close() kills a process that runs", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessExec(() => new Recorder(loop as EventLoop), ...BLOCKED),
  );
  assertInstanceOf(transport, BaseTransport);
  assertInstanceOf(transport.getExtraInfo("subprocess"), Deno.ChildProcess);
  assertThrows(() => new Process(transport, protocol, loop), TypeError, "createSubprocessExec()");
  assertEquals(transport.getReturncode(), null);
  transport.close();
  yield* wait(protocol.completed);
  assertEquals(transport.getReturncode(), -9);
  assert(!isThere(transport.getPid()));
});

// CPython: test_subprocess.py, SubprocessMixin.test_close_dont_kill_finished
testForms("SubprocessTransport.close() does not kill one that has ended", function* (test) {
  const { loop, until, wait } = test;
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), "exit 3"),
  );
  const child = transport.getExtraInfo("subprocess") as Deno.ChildProcess;
  const { promise, resolve } = Promise.withResolvers<number | null>();
  // It has ended, and the transport has not been told yet.
  child.status.then(() => {
    resolve(transport.getReturncode());
    transport.close();
  });
  assertEquals(yield* until(promise), null);
  yield* wait(protocol.completed);
  assertEquals(protocol.returncode, 3);
});

// CPython: test_subprocess.py, SubprocessMixin.test_wait_even_if_pipe_is_open (3.14)
testForms("a process has ended though others hold its pipes", function* ({ loop, wait }) {
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), "sleep 3600 & echo $!"),
  );
  yield* protocol.until(() => protocol.names.includes("processExited"));
  yield* protocol.until(() => protocol.data[1]!.endsWith("\n"));
  assertEquals([protocol.returncode, transport.isClosing()], [0, false]);
  assert(!protocol.names.includes("connectionLost"));
  transport.close(); // Nobody is killed any more, and the pipes are left to the others.
  yield* wait(protocol.completed);
  const holder = Number(protocol.data[1]);
  assert(isThere(holder));
  Deno.kill(holder, "SIGKILL");
});

testForms("a protocol is kept from writing more than a process reads", function* (test) {
  const { loop, wait } = test;
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Recorder(loop as EventLoop), "read line; cat >/dev/null"),
  );
  stdin(transport).write(new Uint8Array(1024 * 1024));
  assertEquals(protocol.calls.at(-1), ["pauseWriting"]);
  yield* wait(sleep(0.01));
  assert(!protocol.names.includes("resumeWriting"));
  stdin(transport).write("\n");
  yield* protocol.until(() => protocol.names.includes("resumeWriting"));
  stdin(transport).close();
  yield* wait(protocol.completed);
  assertEquals(protocol.returncode, 0);
});

testForms("a protocol may be replaced", function* (test) {
  const { loop, wait } = test;
  const [transport, first] = yield* echo(test);
  const second = new Recorder(loop as EventLoop);
  second.transport = transport;
  assertStrictEquals(transport.getProtocol(), first);
  transport.setProtocol(second);
  assertStrictEquals(transport.getProtocol(), second);
  stdin(transport).writeEof();
  yield* wait(second.completed);
  assertEquals([first.names, second.returncode], [["connectionMade"], 0]);
});

testForms("an error of a protocol is reported, and nothing hangs", function* (test) {
  const { loop, reported, wait } = test;
  class Failing extends Recorder {
    override pipeDataReceived(): void {
      throw new Error("broken");
    }
    override processExited(): void {
      throw new Error("broken too");
    }
  }
  const [transport, protocol] = yield* wait(
    loop.subprocessShell(() => new Failing(loop as EventLoop), "echo"),
  );
  yield* wait(protocol.completed);
  const errors = reported.splice(0).map(({ exception }) => (exception as Error).message);
  assertEquals(errors.sort(), ["broken", "broken too"]);
  assertEquals(transport.getReturncode(), 0);
});

testForms("an error of a factory starts nothing", function* ({ loop, raises }) {
  const factory = () => {
    throw new RangeError("no protocol");
  };
  yield* raises(loop.subprocessExec(factory, ...BLOCKED), RangeError, "no protocol");
});

// CPython: test_subprocess.py, SubprocessMixin.test_cancel_post_init
testForms("a cancelled loop.subprocessExec() tells its protocol nothing, or all", function* (test) {
  const { loop, raises, spawn, turns, wait } = test;
  const protocols: Recorder[] = [];
  const factory = () => {
    protocols.push(new Recorder(loop as EventLoop));
    return protocols[0]!;
  };
  const task = spawn(() => wait(loop.subprocessExec(factory, ...BLOCKED, { stderr: STDOUT })));
  yield* turns(2);
  task.cancel();
  yield* raises(task, CancelledError);
  assertEquals(protocols.length, 1);
  const [protocol] = protocols;
  if (protocol!.names.length > 0) yield* wait(protocol!.completed);
  assert(protocol!.names.length === 0 || protocol!.names[0] === "connectionMade");
});

// CPython: test_subprocess.py, SubprocessTransportTests.test_subprocess_repr
testForms("SubprocessTransport.toString() is Python's repr", function* (test) {
  const { loop, wait } = test;
  const options = { stdin: null, stderr: null, stdout: PIPE };
  const [transport, protocol] = yield* wait(
    loop.subprocessExec(() => new Recorder(loop as EventLoop), ...BLOCKED, options),
  );
  const pid = transport.getPid();
  assertMatch(
    String(transport),
    new RegExp(`^<SubprocessTransport pid=${pid} running stdout=<ReadPipeTransport polling>>$`),
  );
  transport.close();
  yield* wait(protocol.completed);
  assertEquals(
    Deno.inspect(transport),
    `<SubprocessTransport closed pid=${pid} returncode=-9 stdout=<ReadPipeTransport closed idle>>`,
  );
});

testForms("a transport that is closed says in debug mode that it kills", function* (test) {
  const { loop, wait } = test;
  loop.setDebug(true);
  const [transport, protocol] = yield* wait(
    loop.subprocessExec(() => new Recorder(loop as EventLoop), ...BLOCKED),
  );
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    transport.close();
    yield* wait(protocol.completed);
  } finally {
    console.warn = warn;
    loop.setDebug(false);
  }
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0]!, /^Close running child process: kill <SubprocessTransport closed pid=/);
});

Deno.test("a loop of the core has no subprocesses", async () => {
  const { newEventLoop } = await import("@asyncio/asyncio/coroutines");
  const { createSubprocessExec } = await import("@asyncio/asyncio");
  const loop = newEventLoop();
  const error = await assertRejects(() => loop.runUntilComplete(createSubprocessExec("true")));
  assertMatch(String(error), /has no subprocesses: make the loop by asyncio's newEventLoop\(\)$/);
  loop.close();
});
