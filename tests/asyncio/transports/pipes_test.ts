// Copyright 2026 the asyncio authors. MIT license.

import {
  BufferedProtocol,
  Protocol,
  type ReadTransport,
  sleep,
  StreamReader,
  StreamReaderProtocol,
  type WriteTransport,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { ReadPipeTransport } from "../../../asyncio/transports/_read_pipe_transport.ts";
import { suite } from "../../_suite.ts";
import { bytes, text } from "../_text.ts";

const { kind, testForms, testFormsInRealTime } = suite();

/** A protocol that notes what it is told. */
class Recorder extends Protocol {
  readonly calls: unknown[][] = [];
  transport!: ReadTransport & WriteTransport;
  on: Partial<Record<string, () => void>> = {};

  #note(name: string, ...args: unknown[]): void {
    this.calls.push([name, ...args]);
    this.on[name]?.();
  }
  override connectionMade(transport: ReadTransport & WriteTransport): void {
    this.transport = transport;
    this.#note("connectionMade");
  }
  override dataReceived(data: Uint8Array): void {
    this.#note("dataReceived", text(data));
  }
  override eofReceived(): void {
    this.#note("eofReceived");
  }
  override connectionLost(error: unknown): void {
    this.#note("connectionLost", error);
  }
  override pauseWriting(): void {
    this.#note("pauseWriting");
  }
  override resumeWriting(): void {
    this.#note("resumeWriting");
  }
}

/** A stream, and what feeds it. */
function source() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: (reason) => void cancelled.push(reason),
  });
  return { stream, controller, cancelled };
}

/** Lets the loop turn until something is so. */
function* until(so: () => boolean) {
  while (!so()) yield* sleep(0.001);
}

// CPython: test_events.py, EventLoopTestsMixin.test_read_pipe
// CPython: test_unix_events.py, UnixReadPipeTransportTests.test__read_ready and test__read_ready_eof
testForms("loop.connectReadPipe() hands on what a stream gives, to its end", function* (test) {
  const { loop, wait } = test;
  const { controller, stream } = source();
  const [transport, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), stream));
  assertStrictEquals(protocol.transport as unknown, transport);
  assertStrictEquals(transport.getExtraInfo("pipe"), stream);
  assert(transport.isReading());
  controller.enqueue(bytes("1"));
  yield* until(() => protocol.calls.length === 2);
  controller.enqueue(bytes("2345"));
  controller.close();
  yield* until(() => protocol.calls.length === 5);
  assertEquals(protocol.calls, [
    ["connectionMade"],
    ["dataReceived", "1"],
    ["dataReceived", "2345"],
    ["eofReceived"],
    ["connectionLost", null],
  ]);
  assert(transport.isClosing() && !transport.isReading());
});

// CPython: test_streams.py, StreamTests.test_read_all_from_pipe_reader
testForms("a StreamReader reads all of a pipe", function* ({ loop, wait }) {
  const { controller, stream } = source();
  const reader = new StreamReader(1);
  const factory = () => new StreamReaderProtocol(reader);
  const [transport] = yield* wait(loop.connectReadPipe(factory, stream));
  controller.enqueue(bytes("da"));
  controller.enqueue(bytes("ta"));
  controller.close();
  assertEquals(text(yield* wait(reader.read(-1))), "data");
  yield* until(() => transport.isClosing());
});

testForms("what a pipe gives is the protocol's own", function* ({ loop, wait }) {
  const { controller, stream } = source();
  const got: Uint8Array<ArrayBuffer>[] = [];
  class Keeper extends Protocol {
    override dataReceived(data: Uint8Array<ArrayBuffer>): void {
      got.push(data);
    }
  }
  const [transport] = yield* wait(loop.connectReadPipe(() => new Keeper(), stream));
  const shared = bytes("onetwo");
  controller.enqueue(shared.subarray(0, 3));
  controller.enqueue(shared.subarray(3));
  yield* until(() => got.length === 2);
  assertEquals(got.map((data) => data.buffer.byteLength), [3, 3]);
  transport.close();
  yield* test0();
});

const test0 = () => sleep(0);

// CPython: test_unix_events.py, UnixReadPipeTransportTests.test_pause_reading and test_resume_reading
testForms("a read pipe rests while it is paused, and loses nothing", function* ({ loop, wait }) {
  const { controller, stream } = source();
  const [transport, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), stream));
  yield* until(() => protocol.calls.length === 1);
  transport.pauseReading();
  transport.pauseReading();
  assert(!transport.isReading());
  for (const piece of ["one", "two"]) controller.enqueue(bytes(piece));
  controller.close();
  yield* wait(sleep(0.01));
  assertEquals(protocol.calls.length, 1);
  transport.resumeReading();
  transport.resumeReading();
  yield* until(() => protocol.calls.length === 5);
  assertEquals(protocol.calls.slice(1), [
    ["dataReceived", "one"],
    ["dataReceived", "two"],
    ["eofReceived"],
    ["connectionLost", null],
  ]);
});

testForms("the rest of a pipe is taken while it is paused, and told in order", function* (test) {
  const { loop, wait } = test;
  for (const ends of [false, true]) {
    const { controller, stream } = source();
    const [transport, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), stream));
    assertInstanceOf(transport, ReadPipeTransport);
    transport.pauseReading();
    for (const part of ["1", "2", "3"]) {
      controller.enqueue(bytes(part));
      yield* wait(sleep(0.01));
    }
    assertEquals(controller.desiredSize, -1); // A read was in flight, no other begins.
    transport.takeRest();
    yield* wait(sleep(0.01));
    assertEquals([controller.desiredSize, protocol.calls.length], [1, 1]);
    // What comes when it goes on, and before that has come to it, is not told first.
    if (ends) controller.close();
    else controller.enqueue(bytes("4"));
    loop.callSoon(() => transport.resumeReading());
    yield* until(() => protocol.calls.length >= (ends ? 6 : 5));
    assertEquals(
      protocol.calls.map(([name, data]) => data ?? name),
      ["connectionMade", "1", "2", "3", ...ends ? ["eofReceived", "connectionLost"] : ["4"]],
    );
    transport.close();
    yield* wait(sleep(0));
  }
});

// CPython: test_unix_events.py, UnixReadPipeTransportTests.test_close
testForms("a read pipe that is closed tells who writes", function* ({ loop, wait }) {
  const { cancelled, stream } = source();
  const [transport, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), stream));
  transport.close();
  transport.close();
  yield* until(() => protocol.calls.length === 2);
  assertEquals(protocol.calls, [["connectionMade"], ["connectionLost", null]]);
  assertEquals(cancelled, [undefined]);
});

// CPython: test_unix_events.py, UnixReadPipeTransportTests.test__read_ready_error
for (
  const [what, error, reports] of [
    ["the system's", new Deno.errors.BrokenPipe("broken"), 0],
    ["any other", new TypeError("broken"), 1],
  ] as const
) {
  testForms(`a read pipe ends with an error, ${what}`, function* ({ loop, reported, wait }) {
    const { controller, stream } = source();
    const [, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), stream));
    controller.error(error);
    yield* until(() => protocol.calls.length === 2);
    assertEquals(protocol.calls[1], ["connectionLost", error]);
    assertEquals(reported.splice(0).length, reports);
  });
}

testForms("a read pipe ends with an error of its protocol", function* ({ loop, reported, wait }) {
  const { cancelled, controller, stream } = source();
  const [, protocol] = yield* wait(loop.connectReadPipe(() => new Recorder(), stream));
  protocol.on["dataReceived"] = () => {
    throw null;
  };
  controller.enqueue(bytes("x"));
  yield* until(() => protocol.calls.length === 3);
  assertEquals(protocol.calls[2]![0], "connectionLost");
  assert(protocol.calls[2]![1] instanceof Error);
  assertEquals(reported.splice(0).map(({ message }) => message), [
    "Fatal error: protocol.dataReceived() call failed.",
  ]);
  assertEquals(cancelled.length, 1);
});

testForms("a BufferedProtocol reads a pipe, in as many pieces as it wants", function* (test) {
  const { loop, wait } = test;
  const { controller, stream } = source();
  let got = "";
  class Small extends BufferedProtocol {
    readonly #buffer = new Uint8Array(2);
    override getBuffer(): Uint8Array {
      return this.#buffer;
    }
    override bufferUpdated(size: number): void {
      got += text(this.#buffer.subarray(0, size));
    }
  }
  const [transport] = yield* wait(loop.connectReadPipe(() => new Small(), stream));
  controller.enqueue(bytes("hello"));
  yield* until(() => got.length === 5);
  assertEquals(got, "hello");
  transport.close();
});

// Writing.

/** A stream that takes one chunk whenever it is told to. */
function sink() {
  const taken: string[] = [];
  const events: string[] = [];
  let take: (() => void) | null = null;
  let controller!: WritableStreamDefaultController;
  const stream = new WritableStream<Uint8Array>({
    start: (given) => void (controller = given),
    write: (chunk) =>
      new Promise<void>((resolve) => {
        take = () => {
          take = null;
          taken.push(text(chunk));
          resolve();
        };
      }),
    close: () => void events.push("close"),
    abort: () => void events.push("abort"),
  });
  return { stream, taken, events, take: () => take?.(), fail: (e: unknown) => controller.error(e) };
}

// CPython: test_events.py, EventLoopTestsMixin.test_write_pipe
// CPython: test_unix_events.py, UnixWritePipeTransportTests.test_write and test_write_again
testForms("loop.connectWritePipe() writes one after the other, and all", function* (test) {
  const { loop, wait } = test;
  const { events, stream, take, taken } = sink();
  const [transport, protocol] = yield* wait(loop.connectWritePipe(() => new Recorder(), stream));
  assertStrictEquals(transport.getExtraInfo("pipe"), stream);
  const data = bytes("one");
  transport.write(data);
  data.fill(0);
  transport.write("two");
  transport.write("");
  transport.writelines(["three", bytes("four")]);
  assertEquals(transport.getWriteBufferSize(), 15);
  assert(transport.canWriteEof());
  transport.close();
  assert(transport.isClosing());
  while (taken.join("").length < 15) {
    yield* wait(sleep(0.001));
    take();
  }
  yield* until(() => protocol.calls.length === 2);
  assertEquals(taken.join(""), "onetwothreefour");
  assertEquals(protocol.calls, [["connectionMade"], ["connectionLost", null]]);
  assertEquals(events, ["close"]);
});

// CPython: test_unix_events.py, UnixWritePipeTransportTests.test_write_eof_pending, and flow control
testForms("a write pipe pauses its protocol while too much is unsent", function* (test) {
  const { loop, wait } = test;
  const { stream, take } = sink();
  const [transport, protocol] = yield* wait(loop.connectWritePipe(() => new Recorder(), stream));
  transport.setWriteBufferLimits(5, 1);
  assertEquals(transport.getWriteBufferLimits(), [1, 5]);
  transport.write("12345");
  transport.write("6");
  assertEquals(protocol.calls.at(-1), ["pauseWriting"]);
  while (transport.getWriteBufferSize() > 0) {
    yield* wait(sleep(0.001));
    take();
  }
  yield* until(() => protocol.calls.length === 3);
  assertEquals(protocol.calls.at(-1), ["resumeWriting"]);
  transport.abort();
  yield* until(() => protocol.calls.length === 4);
});

// CPython: test_unix_events.py, UnixWritePipeTransportTests.test_abort
testForms("a write pipe that is aborted drops what waits", function* ({ loop, wait }) {
  const { events, stream, take, taken } = sink();
  const [transport, protocol] = yield* wait(loop.connectWritePipe(() => new Recorder(), stream));
  transport.write("lost");
  transport.abort();
  yield* until(() => protocol.calls.length === 2);
  assertEquals(protocol.calls[1], ["connectionLost", null]);
  take();
  yield* until(() => events.length === 1);
  assertEquals([events, taken.length <= 1], [["abort"], true]);
});

// CPython: test_events.py, EventLoopTestsMixin.test_write_pipe_disconnect_on_close
// CPython: test_unix_events.py, UnixWritePipeTransportTests.test__read_ready
testForms("a write pipe hears that nobody reads, though it writes nothing", function* (test) {
  const { loop, wait } = test;
  const { fail, stream } = sink();
  const [transport, protocol] = yield* wait(loop.connectWritePipe(() => new Recorder(), stream));
  const error = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  fail(error);
  yield* until(() => protocol.calls.length === 2);
  assertEquals(protocol.calls[1], ["connectionLost", error]);
  assert(transport.isClosing());
  transport.write("in vain");
  assertEquals(transport.getWriteBufferSize(), 0);
});

if (!kind.isNative) {
  testForms("descriptors are for native loops", function* ({ loop, raises }) {
    const [{ NotSupported }, text] = [Deno.errors, "DenoSelector takes streams, not descriptors"];
    yield* raises(loop.connectReadPipe(() => new Protocol(), 0), NotSupported, text);
    yield* raises(loop.connectWritePipe(() => new Protocol(), 1), NotSupported, text);
  });
}

// CPython: test_unix_events.py, UnixReadPipeTransportTests.test_pause_reading_on_closed_pipe,
// test_resume_reading_on_closed_pipe, test_pause_reading_on_paused_pipe,
// test_resume_reading_on_paused_pipe and test_close_already_closing
testForms("a read pipe may be paused, resumed and closed at any time", function* ({ loop, wait }) {
  let cancels = 0;
  const stream = new ReadableStream<Uint8Array>({ cancel: () => void cancels++ });
  const [pipe] = yield* wait(loop.connectReadPipe(() => new Protocol(), stream));
  pipe.resumeReading();
  pipe.pauseReading();
  pipe.pauseReading();
  assertEquals(pipe.isReading(), false);
  pipe.resumeReading();
  pipe.resumeReading();
  assertEquals(pipe.isReading(), true);
  pipe.close();
  pipe.pauseReading();
  pipe.resumeReading();
  pipe.close();
  assertEquals([pipe.isReading(), pipe.isClosing()], [false, true]);
  yield* wait(sleep(0));
  assertEquals(cancels, 1);
});

// CPython: test_unix_events.py, UnixWritePipeTransportTests.test_can_write_eof, test_write_close,
// test_write_err and test_close_closing
testForms("a write pipe that is closed takes nothing more", function* ({ loop, wait }) {
  const written: string[] = [];
  const stream = new WritableStream<Uint8Array>({
    write: (chunk) => void written.push(text(chunk)),
    close: () => void written.push("end"),
  });
  const recorder = new Recorder();
  const lost = loop.createFuture<void>();
  recorder.on.connectionLost = () => lost.setResult();
  const [pipe] = yield* wait(loop.connectWritePipe(() => recorder, stream));
  assertEquals(pipe.canWriteEof(), true);
  pipe.write("");
  pipe.write("last");
  pipe.close();
  pipe.write("in vain");
  pipe.writeEof();
  pipe.close();
  assertEquals(pipe.isClosing(), true);
  yield* wait(lost);
  assertEquals([written, pipe.getWriteBufferSize()], [["last", "end"], 0]);
  assertEquals(recorder.calls.at(-1), ["connectionLost", null]);
});

testFormsInRealTime("what a write pipe gives to a stream is the stream's own", function* (test) {
  const { loop, wait } = test;
  const sizes = [1, 4096, 4097, 65_536, 65_537, 200_000, 3, 70_000];
  const written: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({
    async write(chunk) {
      await new Promise((resolve) => setTimeout(resolve));
      written.push(chunk);
    },
  });
  const [pipe] = yield* wait(loop.connectWritePipe(() => new Protocol(), stream));
  const data = sizes.map((size, at) => new Uint8Array(size).fill(at + 1));
  for (const bytes of data) {
    pipe.write(bytes);
    bytes.fill(0); // The caller's own, again.
    yield* wait(sleep(0));
  }
  while (pipe.getWriteBufferSize() > 0) yield* wait(sleep(0.001));
  const all = written.flatMap((chunk) => [...chunk]);
  assertEquals(all.length, sizes.reduce((sum, size) => sum + size, 0));
  const expected = sizes.flatMap((size, at) => Array<number>(size).fill(at + 1));
  assertEquals(all.every((byte, i) => byte === expected[i]), true);
  assertEquals(written.every(({ length }) => length <= 65_536), true);
  pipe.close();
  yield* wait(sleep(0.001));
});
