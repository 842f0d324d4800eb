// Copyright 2026 the asyncio authors. MIT license.

/** Pipes by their descriptors, on native loops. */

import { LINUX } from "../../selectors/native/_open.ts";
import {
  type BaseTransport,
  BufferedProtocol,
  type Coroutine,
  getRunningLoop,
  Protocol,
  runSync,
  sleep,
  ValueError,
} from "@asyncio/asyncio";
import { type NativeSocket, socketpair } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { forms, type FormTest, testForms } from "../../_run_test.ts";
import { EPOLL_LOOP, POLL_LOOP } from "../../_loop_kinds.ts";
import {
  closeDescriptor,
  openCopy,
  openFile,
  openPipe,
  openTerminal,
  waits,
} from "../../selectors/native/_calls.ts";
import { openDescriptors } from "../../selectors/native/_native.ts";
import { bytes, text } from "../_text.ts";

/** A protocol that notes what it is told. */
class Recorder extends Protocol {
  readonly calls: string[] = [];
  lost: unknown = undefined;

  override connectionMade(_transport: BaseTransport): void {
    this.calls.push("made");
  }
  override dataReceived(data: Uint8Array): void {
    this.calls.push(text(data));
  }
  override eofReceived(): void {
    this.calls.push("eof");
  }
  override connectionLost(error: unknown): void {
    this.calls.push("lost");
    this.lost = error;
  }
  override pauseWriting(): void {
    this.calls.push("pause");
  }
  override resumeWriting(): void {
    this.calls.push("resume");
  }
}

/** Both ends of a pipe, the reader as a transport. */
function* reading({ loop, wait }: FormTest) {
  const [reader, writer] = openPipe();
  const [transport, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), reader));
  return { transport, protocol, reader, writer };
}

/** Both ends of a pipe, the writer as a transport. */
function* writing({ loop, wait }: FormTest) {
  const [reader, writer] = openPipe();
  const [transport, protocol] = yield* wait(loop.connectWritePipe(() => new Recorder(), writer));
  return { transport, protocol, reader, writer };
}

/** Another transport for the other end. */
function* readAll({ loop, wait }: FormTest, fd: number) {
  return (yield* wait(loop.connectReadPipe(() => new Recorder(), fd)))[1];
}

/** Writes into a pipe that has room. */
function put({ loop, wait }: FormTest, fd: number, data: string): Coroutine<void> {
  return function* () {
    const [transport, protocol] = yield* wait(loop.connectWritePipe(() => new Recorder(), fd));
    transport.write(data);
    transport.close();
    yield* until(() => protocol.calls.includes("lost"));
  }();
}

/** Lets the loop turn until something is so. */
function* until(so: () => boolean): Coroutine<void> {
  while (!so()) yield* sleep(0.001);
}

/** A test on real pipes that leaves no descriptor behind. */
function test(name: string, body: (test: FormTest) => Coroutine<unknown>): void {
  if (!LINUX) return;
  for (const kind of [EPOLL_LOOP, POLL_LOOP]) {
    testForms(
      `${name} [${kind.label}]`,
      function* (test) {
        const before = openDescriptors();
        yield* body(test);
        const left = [...openDescriptors()].filter(([fd, file]) => before.get(fd) !== file);
        assertEquals(left.filter(([, file]) => /^(pipe|socket):/.test(file)), []);
      },
      forms,
      true,
      kind,
    );
  }
}

// CPython: test_events.py, EventLoopTestsMixin.test_read_pipe
test("a descriptor is read to its end, and closed", function* (test) {
  const { transport, protocol, reader, writer } = yield* reading(test);
  assertEquals(transport.getExtraInfo("pipe"), reader);
  assertMatch(String(transport), /^<ReadPipeTransport fd=\d+ polling>$/);
  assert(!waits(reader));
  yield* put(test, writer, "12345");
  yield* until(() => protocol.calls.includes("lost"));
  assertEquals(protocol.calls, ["made", "12345", "eof", "lost"]);
  assertEquals(protocol.lost, null);
  assert(transport.isClosing() && !transport.isReading());
  assertMatch(String(transport), /^<ReadPipeTransport closed fd=\d+ idle>$/);
});

// CPython: test_unix_events.py, UnixReadPipeTransportTests.test_pause_reading and test_resume_reading
test("a descriptor is left alone while reading is paused", function* (test) {
  const { transport, protocol, writer } = yield* reading(test);
  transport.pauseReading();
  transport.pauseReading();
  yield* put(test, writer, "12345");
  yield* sleep(0.005);
  assertEquals(protocol.calls, ["made"]);
  transport.resumeReading();
  transport.resumeReading();
  yield* until(() => protocol.calls.includes("lost"));
  assertEquals(protocol.calls, ["made", "12345", "eof", "lost"]);
  // CPython: test_pause_reading_on_closed_pipe, test_resume_reading_on_closed_pipe
  transport.pauseReading();
  transport.resumeReading();
});

// CPython: test_unix_events.py, UnixReadPipeTransportTests.test_close
test("a read pipe that is closed is lost once, without the end", function* (test) {
  const { transport, protocol, writer } = yield* reading(test);
  transport.close();
  transport.close();
  assertEquals(protocol.calls, ["made"]);
  yield* until(() => protocol.calls.includes("lost"));
  assertEquals([protocol.calls, protocol.lost], [["made", "lost"], null]);
  closeDescriptor(writer);
});

test("what is read from a descriptor is the protocol's own, or in its buffer", function* (test) {
  class Buffered extends BufferedProtocol {
    readonly room = new Uint8Array(3);
    received = "";
    override getBuffer(): Uint8Array {
      return this.room;
    }
    override bufferUpdated(size: number): void {
      this.received += text(this.room.subarray(0, size));
    }
  }
  const [reader, writer] = openPipe();
  const [, buffered] = yield* test.wait(
    test.loop.connectReadPipe(() => new Buffered(), reader),
  );
  yield* put(test, writer, "12345");
  yield* until(() => buffered.received === "12345");
  const own: number[] = [];
  class Keeper extends Protocol {
    override dataReceived(data: Uint8Array): void {
      own.push(data.buffer.byteLength);
    }
  }
  const [from, to] = openPipe();
  yield* test.wait(test.loop.connectReadPipe(() => new Keeper(), from));
  yield* put(test, to, "12345");
  yield* until(() => own.length > 0);
  assertEquals(own, [5]);
  yield* sleep(0.002);
});

// CPython: test_events.py, EventLoopTestsMixin.test_write_pipe
test("a descriptor is written to", function* (test) {
  const { transport, protocol, reader, writer } = yield* writing(test);
  const got = yield* readAll(test, reader);
  assertEquals(transport.getExtraInfo("pipe"), writer);
  assert(transport.canWriteEof());
  transport.write(bytes("1"));
  transport.write("");
  transport.write("2345");
  transport.writeEof();
  transport.write("in vain");
  yield* until(() => got.calls.includes("lost") && protocol.calls.includes("lost"));
  assertEquals(got.calls.slice(1, -2).join(""), "12345");
  assertEquals([protocol.calls, protocol.lost], [["made", "lost"], null]);
  assertMatch(String(transport), /^<WritePipeTransport closed fd=\d+ idle, bufsize=0>$/);
});

// CPython: test_unix_events.py, UnixWritePipeTransportTests.test_write_again, test__write_ready,
// test__write_ready_partial, test__write_ready_again, test__write_ready_empty and
// test__write_ready_closing
test("more than a pipe has room for waits, and holds the writer back", function* (test) {
  const { transport, protocol, reader } = yield* writing(test);
  const data = new Uint8Array(1_000_000).map((_, i) => i % 249);
  const given = new Uint8Array(data);
  transport.write(given);
  // The transport has a copy of what it could not write.
  given.fill(0);
  assert(transport.getWriteBufferSize() > 0);
  assertEquals(protocol.calls, ["made", "pause"]);
  transport.close();
  transport.write("in vain"); // It goes nowhere, and holds up nothing.
  const got: Uint8Array[] = [];
  class Keeper extends Protocol {
    override dataReceived(data: Uint8Array): void {
      got.push(data);
    }
  }
  const [other] = yield* test.wait(test.loop.connectReadPipe(() => new Keeper(), reader));
  yield* until(() => other.isClosing() && protocol.calls.includes("lost"));
  assertEquals(protocol.calls, ["made", "pause", "resume", "lost"]);
  const received = new Uint8Array(data.length);
  let at = 0;
  for (const piece of got) {
    received.set(piece, at);
    at += piece.length;
  }
  assertEquals(at, data.length);
  assert(received.every((byte, i) => byte === data[i]));
  yield* sleep(0.002);
});

// CPython: test_events.py, EventLoopTestsMixin.test_write_pipe_disconnect_on_close, and
// test_unix_events.py, UnixWritePipeTransportTests.test__write_ready_err,
// test__call_connection_lost and test__call_connection_lost_with_err
test("a writer hears when nobody reads any more", function* (test) {
  const idle = yield* writing(test);
  closeDescriptor(idle.reader);
  yield* until(() => idle.protocol.calls.includes("lost"));
  assertEquals(idle.protocol.lost, null);

  const full = yield* writing(test);
  full.transport.write(new Uint8Array(1_000_000));
  closeDescriptor(full.reader);
  yield* until(() => full.protocol.calls.includes("lost"));
  assertInstanceOf(full.protocol.lost, Deno.errors.BrokenPipe);

  const late = yield* writing(test);
  closeDescriptor(late.reader);
  late.transport.write("into nothing");
  yield* until(() => late.protocol.calls.includes("lost"));
  assertInstanceOf(late.protocol.lost, Deno.errors.BrokenPipe);
});

// CPython: test_unix_events.py, UnixWritePipeTransportTests.test_abort
test("abort() drops what a pipe has not taken", function* (test) {
  const { transport, protocol, reader } = yield* writing(test);
  transport.write(new Uint8Array(1_000_000));
  transport.abort();
  assertEquals(transport.getWriteBufferSize(), 0);
  yield* until(() => protocol.calls.includes("lost"));
  assertEquals(protocol.lost, null);
  closeDescriptor(reader);
});

// CPython: test_events.py, EventLoopTestsMixin.test_read_pty_output, test_write_pty and
// test_bidirectional_pty
test("a terminal is read and written at both ends", function* (test) {
  const { loop, reported, wait } = test;
  const [master, slave] = openTerminal();
  const [screen, shown] = yield* wait(loop.connectReadPipe(() => new Recorder(), master));
  const [keyboard, read] = yield* wait(
    loop.connectReadPipe(() => new Recorder(), openCopy(slave)),
  );
  const [program, written] = yield* wait(loop.connectWritePipe(() => new Recorder(), slave));
  const [typist, typed] = yield* wait(
    loop.connectWritePipe(() => new Recorder(), openCopy(master)),
  );
  program.write("1");
  yield* until(() => shown.calls.length === 2);
  program.write("2345");
  yield* until(() => shown.calls.join("").endsWith("12345"));
  typist.write("a line\n");
  yield* until(() => read.calls.includes("a line\n"));
  for (const transport of [typist, keyboard, program]) transport.close();
  // Nobody has the other end any more: that is an error of input, and told to nobody else.
  yield* until(() => shown.calls.includes("lost"));
  assertInstanceOf(shown.lost, Error);
  assertMatch(String(shown.lost), /os error 5|EIO|[Ii]nput\/output/);
  assertEquals(reported, []);
  assertEquals([written.calls, typed.calls], [["made", "lost"], ["made", "lost"]]);
  assert(screen.isClosing());
});

// CPython: test_events.py, EventLoopTestsMixin.test_bidirectional_pty, by a socket
test("one end of a socket is read and written by its descriptor", function* (test) {
  const [left, right] = socketpair();
  const [transport, protocol] = yield* test.wait(
    test.loop.connectReadPipe(() => new Recorder(), left.detach()),
  );
  right.send("hello");
  yield* until(() => protocol.calls.length === 2);
  assertEquals(protocol.calls[1], "hello");
  right.close();
  yield* until(() => protocol.calls.includes("lost"));
  transport.close();
});

test("what is no pipe is refused, and stays open", function* ({ loop, raises }) {
  const fd = openFile(new URL(import.meta.url).pathname);
  const text = "Pipe transport is only for pipes, sockets and character devices";
  yield* raises(loop.connectReadPipe(() => new Protocol(), fd), ValueError, text);
  yield* raises(loop.connectWritePipe(() => new Protocol(), fd), ValueError, text);
  closeDescriptor(fd);
  const { BadResource } = Deno.errors;
  yield* raises(loop.connectReadPipe(() => new Protocol(), fd), BadResource, "");
  yield* raises(loop.connectReadPipe(() => new Protocol(), -1), ValueError, "");
});

test("a descriptor that somebody has is refused: it would be closed twice", function* (test) {
  const { loop, raises } = test;
  const text = "belongs to another pipe or a socket";
  const { transport, protocol, reader, writer } = yield* reading(test);
  yield* raises(loop.connectReadPipe(() => new Protocol(), reader), ValueError, text);
  yield* raises(loop.connectWritePipe(() => new Protocol(), reader), ValueError, text);
  transport.close();
  // Not yet: it is closed after the protocol has heard of it.
  yield* raises(loop.connectReadPipe(() => new Protocol(), reader), ValueError, text);
  yield* until(() => protocol.calls.includes("lost"));
  closeDescriptor(writer);
  const [left, right] = socketpair();
  yield* raises(loop.connectReadPipe(() => new Protocol(), left.fileno()), ValueError, text);
  for (const sock of [left, right]) sock.close();
});

test("a device that cannot be watched, or always, is told of", function* (test) {
  const fd = openFile("/dev/null");
  const [transport, protocol] = yield* test.wait(
    test.loop.connectReadPipe(() => new Recorder(), fd),
  );
  yield* until(() => protocol.calls.includes("lost"));
  assert(transport.isClosing());
});

test("a descriptor waits again for those who share it", function* (test) {
  const [left, right] = socketpair();
  const [copy, fd] = [left.dup(), left.detach()];
  const [transport, protocol] = yield* test.wait(
    test.loop.connectReadPipe(() => new Recorder(), fd),
  );
  assert(!waits(copy.fileno()));
  transport.close();
  yield* until(() => protocol.calls.includes("lost"));
  yield* until(() => waits(copy.fileno()));
  for (const sock of [copy, right] as NativeSocket[]) sock.close();
});

if (LINUX) {
  Deno.test("runSync() reads and writes pipes by their descriptors", () => {
    const before = openDescriptors();
    const [reader, writer] = openPipe();
    const [left, right] = openPipe();
    runSync(function* () {
      const loop = getRunningLoop();
      const [, protocol] = yield* loop.connectReadPipe(() => new Recorder(), reader);
      const [transport] = yield* loop.connectWritePipe(() => new Recorder(), writer);
      transport.write("hello");
      transport.close();
      yield* until(() => protocol.calls.includes("lost"));
      assertEquals(protocol.calls, ["made", "hello", "eof", "lost"]);
      // These are left open, one with bytes that nobody reads: the loop closes them.
      const [full] = yield* loop.connectWritePipe(() => new Recorder(), right);
      full.write(new Uint8Array(1_000_000));
      yield* loop.connectReadPipe(() => new Recorder(), left);
    });
    const open = [...openDescriptors()].filter(([fd, file]) => before.get(fd) !== file);
    assertEquals(open, []);
  });
}
