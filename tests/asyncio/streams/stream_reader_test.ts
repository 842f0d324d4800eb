// Copyright 2026 the asyncio authors. MIT license.

import {
  anext,
  CancelledError,
  type Coroutine,
  EOFError,
  IncompleteReadError,
  LimitOverrunError,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  sleep,
  StopAsyncIteration,
  StreamReader,
  StreamReaderProtocol,
  TimeoutError,
  type Transport,
  ValueError,
  wait,
  waitFor,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertIsError,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runTest, testForms } from "../../_run_test.ts";
import { wanted } from "../../../asyncio/transports/_wanted.ts";
import { bytes, text } from "../_text.ts";

const DATA = "line1\nline2\nline3\n";

/** A reader that has received some pieces. */
function readerOf(...pieces: string[]): StreamReader {
  return limited(undefined, ...pieces);
}

function limited(limit: number | undefined, ...pieces: string[]): StreamReader {
  const reader = new StreamReader(limit);
  for (const piece of pieces) reader.feedData(bytes(piece));
  return reader;
}

/** What is left in a reader, which ends with it. */
function* rest(reader: StreamReader): Coroutine<string> {
  reader.feedEof();
  return text(yield* reader.read());
}

/** A transport that notes whether it is asked to pause. */
class PausableTransport {
  paused = false;
  readonly calls: string[] = [];

  pauseReading(): void {
    this.paused = true;
    this.calls.push("pause");
  }

  resumeReading(): void {
    this.paused = false;
    this.calls.push("resume");
  }

  toString(): string {
    return "<Transport>";
  }
}

function pausable(reader: StreamReader): PausableTransport {
  const transport = new PausableTransport();
  reader.setTransport(transport as unknown as Transport);
  return transport;
}

/** A test that has nothing to wait for, though it needs a loop. */
function testNow(name: string, body: () => void): void {
  Deno.test(name, () => runTest(() => Promise.resolve(body())));
}

// Feeding.

// CPython: test_streams.py, StreamTests.test_feed_empty_data
// CPython: test_streams.py, StreamTests.test_feed_nonempty_data
testForms("StreamReader.feedData() keeps bytes, and no bytes are nothing", function* () {
  assertEquals(yield* rest(readerOf("")), "");
  assertEquals(yield* rest(readerOf(DATA)), DATA);
});

testForms("StreamReader.feedData() takes a string for its UTF-8", function* ({ wait }) {
  const reader = new StreamReader();
  reader.feedData("é\n");
  assertEquals(yield* wait(reader.readline()), bytes("é\n"));
});

testNow("StreamReader.feedData() after feedEof() throws", () => {
  const reader = new StreamReader();
  reader.feedEof();
  assertThrows(() => reader.feedData(bytes("x")), RuntimeError, "feedData after feedEof");
});

// CPython: test_streams.py, StreamTests.test_at_eof
testForms("StreamReader.atEof() is true once all has been read", function* ({ wait }) {
  const reader = new StreamReader();
  assert(!reader.atEof());
  reader.feedData(bytes("some data\n"));
  assert(!reader.atEof());
  yield* wait(reader.readline());
  assert(!reader.atEof());
  reader.feedData(bytes("some data\n"));
  reader.feedEof();
  assert(!reader.atEof());
  yield* wait(reader.readline());
  assert(reader.atEof());
});

// read().

// CPython: test_streams.py, StreamTests.test_read_zero
testForms("StreamReader.read(0) gives no bytes and takes none", function* ({ wait }) {
  const reader = readerOf(DATA);
  assertEquals(yield* wait(reader.read(0)), new Uint8Array());
  assertEquals(yield* rest(reader), DATA);
});

// CPython: test_streams.py, StreamTests.test_read
testForms("StreamReader.read() gives what has come, at once", function* ({ loop, wait }) {
  const reader = new StreamReader();
  const task = loop.createTask(reader.read(30));
  loop.callSoon(() => reader.feedData(bytes(DATA)));
  assertEquals(text(yield* wait(task)), DATA);
  assertEquals(yield* rest(reader), "");
});

// CPython: test_streams.py, StreamTests.test_read_line_breaks
testForms("StreamReader.read() gives no more than asked for", function* ({ wait }) {
  const reader = readerOf("line1", "line2");
  assertEquals(text(yield* wait(reader.read(5))), "line1");
  assertEquals(yield* rest(reader), "line2");
});

// CPython: test_streams.py, StreamTests.test_read_eof
testForms("StreamReader.read() gives no bytes at the end of the stream", function* (test) {
  const { loop, wait } = test;
  const reader = new StreamReader();
  const task = loop.createTask(reader.read(1024));
  loop.callSoon(() => reader.feedEof());
  assertEquals(yield* wait(task), new Uint8Array());
  assertEquals(yield* wait(reader.read(1024)), new Uint8Array());
});

// CPython: test_streams.py, StreamTests.test_read_until_eof
testForms("StreamReader.read() without a size gives all to the end", function* ({ loop, wait }) {
  const reader = new StreamReader();
  const task = loop.createTask(reader.read(-1));
  loop.callSoon(() => {
    reader.feedData(bytes("chunk1\n"));
    reader.feedData(bytes("chunk2"));
    reader.feedEof();
  });
  assertEquals(text(yield* wait(task)), "chunk1\nchunk2");
  assertEquals(text(yield* wait(reader.read())), "");
});

// CPython: test_streams.py, StreamTests.test_read_exception
testForms("StreamReader.read() throws what broke the stream", function* ({ raises, wait }) {
  const reader = readerOf("line\n");
  assertEquals(text(yield* wait(reader.read(2))), "li");
  reader.setException(new ValueError());
  yield* raises(reader.read(2), ValueError);
  yield* raises(reader.read(), ValueError);
});

// CPython: test_streams.py, StreamTests.test_read_limit
testForms("StreamReader.read() is not held to the limit", function* ({ wait }) {
  const reader = limited(3, "chunk");
  assertEquals(text(yield* wait(reader.read(5))), "chunk");
  assertEquals(yield* rest(reader), "");
});

testForms("StreamReader refuses sizes that are no integers, and keeps its bytes", function* (test) {
  const reader = readerOf(DATA);
  for (const size of [NaN, 1.5, Infinity, "3" as unknown as number]) {
    yield* test.raises(reader.read(size), TypeError);
    yield* test.raises(reader.readexactly(size), TypeError);
  }
  assertEquals(yield* rest(reader), DATA);
});

// CPython: test_streams.py, StreamTests.test_invalid_limit
testNow("StreamReader() refuses a limit that is not positive", () => {
  for (const limit of [0, -1, NaN]) {
    assertThrows(() => new StreamReader(limit), ValueError, "Limit cannot be <= 0");
  }
});

testForms("StreamReader(Infinity) has no limit", function* ({ wait }) {
  const line = "x".repeat(200_000);
  const reader = limited(Infinity, line);
  const transport = pausable(reader);
  reader.feedData(bytes("\nrest"));
  assertEquals(transport.calls, []);
  assertEquals(text(yield* wait(reader.readline())), `${line}\n`);
  assertEquals(yield* rest(reader), "rest");
});

// readline().

// CPython: test_streams.py, StreamTests.test_readline
testForms("StreamReader.readline() waits for the end of the line", function* ({ loop, wait }) {
  const reader = readerOf("chunk1 ");
  const task = loop.createTask(reader.readline());
  loop.callSoon(() => {
    reader.feedData(bytes("chunk2 "));
    reader.feedData(bytes("chunk3 "));
    reader.feedData(bytes("\n chunk4"));
  });
  assertEquals(text(yield* wait(task)), "chunk1 chunk2 chunk3 \n");
  assertEquals(yield* rest(reader), " chunk4");
});

// CPython: test_streams.py, StreamTests.test_readline_limit_with_existing_data
testForms("StreamReader.readline() drops a line beyond the limit", function* ({ raises }) {
  const found = limited(3, "li", "ne1\nline2\n");
  const text = "Separator is found, but chunk is longer than limit";
  yield* raises(found.readline(), ValueError, text);
  assertEquals(yield* rest(found), "line2\n");

  const endless = limited(3, "li", "ne1", "li");
  yield* raises(
    endless.readline(),
    ValueError,
    "Separator is not found, and chunk exceed the limit",
  );
  assertEquals(yield* rest(endless), "");
});

// CPython: test_streams.py, StreamTests.test_readline_limit
testForms("StreamReader.readline() drops a line that grows beyond the limit", function* (test) {
  const { loop, raises } = test;
  function* readline(...pieces: string[]): Coroutine<string> {
    const reader = limited(7);
    loop.callSoon(() => {
      for (const piece of pieces) reader.feedData(bytes(piece));
      reader.feedEof();
    });
    yield* raises(reader.readline(), ValueError);
    return yield* rest(reader);
  }
  assertEquals(yield* readline("chunk1", "chunk2", "chunk3\n"), "");
  assertEquals(yield* readline("chunk1", "chunk2\n", "chunk3\n"), "chunk3\n");
});

// CPython: test_streams.py, StreamTests.test_readline_limit
testForms("StreamReader.readline() takes the limit at its word", function* ({ raises, wait }) {
  const reader = limited(7, "1234567\n");
  assertEquals(text(yield* wait(reader.readline())), "1234567\n");
  assertEquals(String(reader), "<StreamReader limit=7>");
  for (const line of ["12345678\n", "12345678"]) {
    reader.feedData(bytes(line));
    yield* raises(reader.readline(), ValueError);
    assertEquals(String(reader), "<StreamReader limit=7>");
  }
});

// CPython: test_streams.py, StreamTests.test_readline_nolimit_nowait
testForms("StreamReader.readline() does not wait for what is there", function* ({ wait }) {
  const reader = readerOf(DATA.slice(0, 6), DATA.slice(6));
  assertEquals(text(yield* wait(reader.readline())), "line1\n");
  assertEquals(yield* rest(reader), "line2\nline3\n");
});

// CPython: test_streams.py, StreamTests.test_readline_eof
// CPython: test_streams.py, StreamTests.test_readline_empty_eof
testForms("StreamReader.readline() gives what is left at the end", function* ({ wait }) {
  const reader = readerOf("some data");
  reader.feedEof();
  assertEquals(text(yield* wait(reader.readline())), "some data");
  assertEquals(text(yield* wait(reader.readline())), "");
});

// CPython: test_streams.py, StreamTests.test_readline_read_byte_count
testForms("StreamReader.read() goes on where readline() stopped", function* ({ wait }) {
  const reader = readerOf(DATA);
  yield* wait(reader.readline());
  assertEquals(text(yield* wait(reader.read(7))), "line2\nl");
  assertEquals(yield* rest(reader), "ine3\n");
});

// CPython: test_streams.py, StreamTests.test_readline_exception
testForms("StreamReader.readline() throws what broke the stream", function* ({ raises, wait }) {
  const reader = readerOf("line\n");
  assertEquals(text(yield* wait(reader.readline())), "line\n");
  reader.setException(new ValueError());
  yield* raises(reader.readline(), ValueError);
});

testForms("StreamReader gives lines that come byte by byte", function* ({ loop, spawn, wait }) {
  const reader = new StreamReader();
  const lines = spawn(function* () {
    const lines: string[] = [];
    for (let line = yield* wait(reader.readline()); line.length > 0;) {
      lines.push(text(line));
      line = yield* wait(reader.readline());
    }
    return lines;
  });
  for (const byte of bytes(DATA)) loop.callSoon(() => reader.feedData(Uint8Array.of(byte)));
  loop.callSoon(() => reader.feedEof());
  assertEquals(yield* wait(lines), ["line1\n", "line2\n", "line3\n"]);
});

// readuntil().

// CPython: test_streams.py, StreamTests.test_readuntil_separator
testForms("StreamReader.readuntil() refuses empty separators", function* ({ raises }) {
  const reader = new StreamReader();
  yield* raises(reader.readuntil(""), ValueError, "Separator should be");
  yield* raises(reader.readuntil(new Uint8Array()), ValueError, "Separator should be");
  yield* raises(reader.readuntil([""]), ValueError, "Separator should be");
  yield* raises(reader.readuntil(["\n", ""]), ValueError, "Separator should be");
  yield* raises(reader.readuntil([]), ValueError, "Separator should contain");
});

testForms("StreamReader.readuntil() refuses what is no separator", function* ({ raises }) {
  const reader = readerOf(DATA);
  yield* raises(reader.readuntil(5 as unknown as string), TypeError);
  yield* raises(reader.readuntil([null as unknown as string]), TypeError);
  assertEquals(yield* rest(reader), DATA);
});

// CPython: test_streams.py, StreamTests.test_readuntil_multi_chunks
testForms("StreamReader.readuntil() gives bytes up to a separator", function* ({ wait }) {
  const reader = new StreamReader();
  for (const separator of ["AAA", bytes("AAA"), ["AAA"]]) {
    reader.feedData(bytes("lineAAA"));
    assertEquals(text(yield* wait(reader.readuntil(separator))), "lineAAA");
    assertEquals(String(reader), "<StreamReader>");
  }
  reader.feedData(bytes("lineAAAxxx"));
  assertEquals(text(yield* wait(reader.readuntil("AAA"))), "lineAAA");
  assertEquals(yield* rest(reader), "xxx");
});

// CPython: test_streams.py, StreamTests.test_readuntil_multi_chunks_1
testForms("StreamReader.readuntil() finds a separator across chunks", function* ({ wait }) {
  const reader = new StreamReader();
  for (
    const chunks of [
      ["QWEaa", "XYaa", "a"],
      ["QWEaa", "XYa", "aa"],
      ["aaa"],
      ["Xaaa"],
      ["YYY", "a", "a", "a"],
    ]
  ) {
    for (const chunk of chunks) reader.feedData(bytes(chunk));
    assertEquals(text(yield* wait(reader.readuntil("aaa"))), chunks.join(""));
    assertEquals(String(reader), "<StreamReader>");
  }
});

// CPython: test_streams.py, StreamTests.test_readuntil_eof
testForms("StreamReader.readuntil() throws at the end, with what was there", function* (test) {
  const reader = readerOf("some dataAA");
  reader.feedEof();
  const error = yield* test.raises(
    reader.readuntil("AAA"),
    IncompleteReadError,
    "11 bytes read on a total of undefined expected bytes",
  );
  assertEquals(text(error.partial), "some dataAA");
  assertEquals(error.expected, null);
  assert(error instanceof EOFError);
  assert(reader.atEof());
});

// CPython: test_streams.py, StreamTests.test_readuntil_limit_found_sep
testForms("StreamReader.readuntil() leaves what is beyond the limit", function* ({ raises }) {
  const reader = limited(3, "some dataAA");
  const missing = yield* raises(reader.readuntil("AAA"), LimitOverrunError, "not found");
  assertEquals(missing.consumed, 9);
  reader.feedData(bytes("A"));
  const found = yield* raises(reader.readuntil("AAA"), LimitOverrunError, "is found");
  assertEquals(found.consumed, 9);
  assertEquals(yield* rest(reader), "some dataAAA");
});

// CPython: test_streams.py, StreamTests.test_readuntil_multi_separator
testForms("StreamReader.readuntil() takes the separator that ends first", function* ({ wait }) {
  const reader = readerOf("line 1\nline 2\r");
  for (const line of ["line 1\n", "line 2\r"]) {
    assertEquals(text(yield* wait(reader.readuntil(["\r", "\n"]))), line);
  }
  reader.feedData(bytes("ABCDEFG"));
  // Even if that is the longer one.
  assertEquals(text(yield* wait(reader.readuntil(["DEF", "BCDE"]))), "ABCDE");
  assertEquals(yield* rest(reader), "FG");
});

// CPython: test_streams.py, StreamTests.test_readuntil_multi_separator_limit
testForms("StreamReader.readuntil() holds the shortest separator to the limit", function* (test) {
  for (const separators of [["A", "ome dataA"], ["ome dataA", "A"]]) {
    const reader = limited(3, "some dataA");
    yield* test.raises(reader.readuntil(separators), LimitOverrunError, "is found");
    assertEquals(yield* rest(reader), "some dataA");
  }
});

// CPython: test_streams.py, StreamTests.test_readuntil_multi_separator_negative_offset
testForms("StreamReader.readuntil() with less than the longest separator", function* (test) {
  const { loop, wait } = test;
  const reader = readerOf("data");
  const task = loop.createTask(reader.readuntil(["A", "long sep"]));
  loop.callSoon(() => reader.feedData(bytes("Z")));
  loop.callSoon(() => reader.feedData(bytes("Aaaa")));
  assertEquals(text(yield* wait(task)), "dataZA");
  assertEquals(yield* rest(reader), "aaa");
});

// CPython: test_streams.py, StreamTests.test_readuntil_bytearray
testForms("StreamReader.readuntil() takes bytes of any view", function* ({ wait }) {
  const reader = readerOf("some data\r\n");
  const separator = bytes("--\r\n--").subarray(2, 4);
  assertEquals(text(yield* wait(reader.readuntil(separator))), "some data\r\n");
});

// readexactly().

// CPython: test_streams.py, StreamTests.test_readexactly_zero_or_less
testForms("StreamReader.readexactly() of nothing, or less", function* ({ raises, wait }) {
  const reader = readerOf(DATA);
  assertEquals(yield* wait(reader.readexactly(0)), new Uint8Array());
  yield* raises(reader.readexactly(-1), ValueError, "less than zero");
  assertEquals(yield* rest(reader), DATA);
});

// CPython: test_streams.py, StreamTests.test_readexactly
testForms("StreamReader.readexactly() waits for all its bytes", function* ({ loop, wait }) {
  const reader = new StreamReader();
  const task = loop.createTask(reader.readexactly(2 * DATA.length));
  loop.callSoon(() => {
    for (let i = 0; i < 3; i++) reader.feedData(bytes(DATA));
  });
  assertEquals(text(yield* wait(task)), DATA + DATA);
  assertEquals(yield* rest(reader), DATA);
});

// CPython: test_streams.py, StreamTests.test_readexactly_limit
testForms("StreamReader.readexactly() is not held to the limit", function* ({ wait }) {
  const reader = limited(3, "chunk");
  assertEquals(text(yield* wait(reader.readexactly(5))), "chunk");
});

// CPython: test_streams.py, StreamTests.test_readexactly_eof
testForms("StreamReader.readexactly() throws at the end, with what was there", function* (test) {
  const { loop, raises } = test;
  const reader = new StreamReader();
  loop.callSoon(() => {
    reader.feedData(bytes(DATA));
    reader.feedEof();
  });
  const error = yield* raises(
    reader.readexactly(36),
    IncompleteReadError,
    "18 bytes read on a total of 36 expected bytes",
  );
  assertEquals(text(error.partial), DATA);
  assertEquals(error.expected, 36);
  assert(reader.atEof());
});

// CPython: test_streams.py, StreamTests.test_readexactly_exception
testForms("StreamReader.readexactly() throws what broke the stream", function* (test) {
  const reader = readerOf("line\n");
  assertEquals(text(yield* test.wait(reader.readexactly(2))), "li");
  reader.setException(new ValueError());
  yield* test.raises(reader.readexactly(2), ValueError);
});

// Errors of the stream, cancellation, several readers.

// CPython: test_streams.py, StreamTests.test_exception
testNow("StreamReader.exception() tells what broke the stream", () => {
  const reader = new StreamReader();
  assertEquals(reader.exception(), null);
  const error = new ValueError();
  reader.setException(error);
  assertStrictEquals(reader.exception(), error);
});

// CPython: test_streams.py, StreamTests.test_exception_waiter
testForms("StreamReader.setException() reaches who waits", function* (test) {
  const reader = new StreamReader();
  const task = test.loop.createTask(reader.readline());
  test.loop.callSoon(() => reader.setException(new ValueError()));
  yield* test.wait(wait([task]));
  assertThrows(() => task.result(), ValueError);
});

// CPython: test_streams.py, StreamTests.test_exception_cancel
testForms("StreamReader.setException() after a cancelled read is no harm", function* (test) {
  const reader = new StreamReader();
  const task = test.loop.createTask(reader.readline());
  yield* test.turns(1);
  task.cancel();
  reader.setException(new RuntimeError("message"));
  yield* test.raises(task, CancelledError);
  assertEquals(String(reader), "<StreamReader exception=RuntimeError('message')>");
});

testForms("StreamReader.setException() right after bytes that are not enough", function* (test) {
  const { loop, raises } = test;
  for (const read of waitingReads.map(([, , read]) => read)) {
    const reader = new StreamReader();
    const task = loop.createTask(read(reader));
    loop.callSoon(() => {
      reader.feedData(bytes("one"));
      reader.setException(new ValueError("broken"));
    });
    yield* raises(task, ValueError, "broken");
  }
});

/** Every way to read that waits while "one" is there, and what it gives after "two\n". */
const waitingReads: [string, string, (reader: StreamReader) => ReturnType<StreamReader["read"]>][] =
  [
    ["readline()", "onetwo\n", (reader) => reader.readline()],
    ["readuntil()", "onetwo\n", (reader) => reader.readuntil("o\n")],
    ["readexactly()", "onetwo\n", (reader) => reader.readexactly(7)],
    ["read(-1)", "onetwo\n", (reader) => reader.read(-1)],
  ];

for (const [name, expected, read] of waitingReads) {
  testForms(`StreamReader.${name} loses no byte when it is cancelled`, function* (test) {
    const reader = readerOf("one");
    const task = test.spawn(() => test.wait(read(reader)));
    yield* test.turns(3);
    assert(!task.done());
    task.cancel();
    yield* test.raises(task, CancelledError);
    reader.feedData(bytes("two\n"));
    reader.feedEof();
    assertEquals(text(yield* test.wait(read(reader))), expected);
  });

  testForms(
    `StreamReader.${name} loses no byte that comes with its cancellation`,
    function* (test) {
      const reader = readerOf("one");
      const task = test.spawn(() => test.wait(read(reader)));
      yield* test.turns(3);
      reader.feedData(bytes("two\n"));
      task.cancel();
      reader.feedEof();
      yield* test.raises(task, CancelledError);
      assertEquals(text(yield* test.wait(read(reader))), expected);
    },
  );

  testForms(`StreamReader.${name} loses no byte when time is up`, function* (test) {
    const reader = readerOf("one");
    yield* test.raises(waitFor(read(reader), 1), TimeoutError);
    reader.feedData(bytes("two\n"));
    reader.feedEof();
    assertEquals(text(yield* test.wait(read(reader))), expected);
  });
}

testForms("StreamReader gives the bytes that it has read, though cancelled then", function* (test) {
  const { loop, spawn, wait } = test;
  const reader = new StreamReader();
  const got: string[] = [];
  const task = spawn(function* () {
    for (;;) got.push(text(yield* wait(reader.read(3))));
  });
  yield* test.turns(3);
  // The task goes on in the next turn, and is cancelled in the same, right after it has.
  reader.feedData(bytes("one"));
  loop.callSoon(() => task.cancel());
  yield* test.raises(task, CancelledError);
  assertEquals([...got, yield* rest(reader)].join("|"), "one|");
});

testForms("StreamReader.read() keeps what came before it fails", function* ({ loop, raises }) {
  const reader = new StreamReader();
  loop.callSoon(() => reader.feedData(bytes("one")));
  loop.callLater(1, () => reader.setException(new ValueError("broken")));
  yield* raises(reader.read(), ValueError, "broken");
  assertEquals(String(reader), "<StreamReader 3 bytes exception=ValueError('broken')>");
});

testForms("StreamReader refuses a second reader, and serves the first", function* (test) {
  const { loop, raises, turns, wait } = test;
  const reader = new StreamReader();
  const first = loop.createTask(reader.readline());
  yield* turns(1);
  for (
    const [name, read] of [
      ["read", () => reader.read(1)],
      ["readuntil", () => reader.readline()],
      ["readuntil", () => reader.readuntil("x")],
      ["readexactly", () => reader.readexactly(1)],
    ] as const
  ) {
    const text = `${name}() called while another coroutine is already waiting for incoming data`;
    yield* raises(read(), RuntimeError, text);
  }
  reader.feedData(bytes("line\n"));
  assertEquals(text(yield* wait(first)), "line\n");
});

// Flow control.

testForms("StreamReader pauses its transport beyond twice the limit", function* ({ wait }) {
  const reader = limited(4);
  const transport = pausable(reader);
  reader.feedData(bytes("12345678"));
  assertEquals(transport.calls, []);
  reader.feedData(bytes("9"));
  assertEquals(transport.calls, ["pause"]);
  // What is on its way already is kept all the same, and pauses nothing twice.
  reader.feedData(bytes("0"));
  assertEquals(transport.calls, ["pause"]);
  assertEquals(String(reader), "<StreamReader 10 bytes limit=4 transport=<Transport> paused>");
  yield* wait(reader.read(5));
  assertEquals(transport.calls, ["pause"]);
  yield* wait(reader.read(1));
  assertEquals(transport.calls, ["pause", "resume"]);
  assertEquals(yield* rest(reader), "7890");
});

testForms("StreamReader resumes its transport to get more than the buffer holds", function* (test) {
  const { loop, turns, wait } = test;
  const reader = limited(4);
  const transport = pausable(reader);
  reader.feedData(bytes("1234567890"));
  assert(transport.paused);
  const task = loop.createTask(reader.readexactly(20));
  yield* turns(1);
  assert(!transport.paused);
  reader.feedData(bytes("1234567890"));
  assert(transport.paused);
  assertEquals((yield* wait(task)).length, 20);
  assert(!transport.paused);
});

testForms("StreamReader resumes its transport when it drops a line", function* ({ raises }) {
  const reader = limited(4);
  const transport = pausable(reader);
  reader.feedData(bytes("1234567890"));
  yield* raises(reader.readline(), ValueError);
  assert(!transport.paused);
});

testForms("StreamReader.read() to the end never leaves its transport paused", function* (test) {
  const { loop, turns, wait } = test;
  const reader = limited(4);
  const transport = pausable(reader);
  const task = loop.createTask(reader.read());
  for (let i = 0; i < 10; i++) {
    reader.feedData(bytes("1234567890"));
    yield* turns(1);
    assert(!transport.paused);
  }
  reader.feedEof();
  assertEquals((yield* wait(task)).length, 100);
});

testNow("StreamReader.setTransport() takes one transport", () => {
  const reader = new StreamReader();
  pausable(reader);
  assertThrows(() => pausable(reader), RuntimeError, "Transport already set");
});

// Iteration.

Deno.test("StreamReader is iterated line by line", async () => {
  await runTest(async ({ loop }) => {
    const reader = readerOf("one\ntwo\n");
    loop.callLater(1, () => {
      reader.feedData(bytes("three"));
      reader.feedEof();
    });
    const lines: string[] = [];
    for await (const line of reader) lines.push(text(line));
    assertEquals(lines, ["one\n", "two\n", "three"]);
  });
});

Deno.test("StreamReader's iteration may be left and taken up again", async () => {
  await runTest(async () => {
    const reader = readerOf(DATA);
    reader.feedEof();
    for await (const line of reader) {
      assertEquals(text(line), "line1\n");
      break;
    }
    const lines: string[] = [];
    for await (const line of reader) lines.push(text(line));
    assertEquals(lines, ["line2\n", "line3\n"]);
  });
});

Deno.test("StreamReader's iteration ends when its task is cancelled, and loses no byte", async () => {
  await runTest(async ({ loop }) => {
    const reader = readerOf("one\ntw");
    const lines: string[] = [];
    const task = loop.createTask(async () => {
      for await (const line of reader) lines.push(text(line));
    });
    loop.callLater(1, () => task.cancel());
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(lines, ["one\n"]);
    reader.feedData(bytes("o\n"));
    assertEquals(text(await reader.readline()), "two\n");
  });
});

Deno.test("StreamReader's iteration throws at a line beyond the limit", async () => {
  await runTest(async () => {
    const reader = limited(3, "1\n12345\n2\n");
    reader.feedEof();
    const lines: string[] = [];
    const read = async () => {
      for await (const line of reader) lines.push(text(line));
    };
    assertIsError(await read().catch((error) => error), ValueError);
    await read();
    assertEquals(lines, ["1\n", "2\n"]);
  });
});

testForms("StreamReader gives anext() its lines, then StopAsyncIteration", function* (test) {
  const reader = readerOf("one\ntwo");
  reader.feedEof();
  assertEquals(text(yield* test.wait(anext(reader))), "one\n");
  const iterator = reader[Symbol.asyncIterator]();
  assertEquals(text(yield* test.wait(anext(iterator))), "two");
  yield* test.raises(anext(iterator), StopAsyncIteration);
  yield* test.raises(anext(reader), StopAsyncIteration);
});

// Loops and reprs.

// CPython: test_streams.py, StreamTests.test_streamreader_constructor_without_loop and
// test_streamreaderprotocol_constructor_without_loop
Deno.test("StreamReader() and StreamReaderProtocol() without a loop throw", () => {
  assertThrows(() => new StreamReader(), RuntimeError, "no current event loop");
  const reader = {} as StreamReader;
  assertThrows(() => new StreamReaderProtocol(reader), RuntimeError, "no current event loop");
});

// CPython: test_streams.py, StreamTests.test_streamreaderprotocol_constructor_use_running_loop and
// test_streamreaderprotocol_constructor_use_global_loop, by the reader's loop
// CPython: test_streams.py, StreamTests.test_streamreader_constructor_use_running_loop
// CPython: test_streams.py, StreamTests.test_streamreader_constructor_use_global_loop
Deno.test("StreamReader() takes the current loop, or the one given", async () => {
  const loop = newEventLoop();
  const readers = [new StreamReader(10, { loop })];
  setEventLoop(loop);
  try {
    readers.push(new StreamReader());
  } finally {
    setEventLoop(null);
  }
  await loop.runUntilComplete(function* () {
    readers.push(new StreamReader());
    for (const reader of readers) {
      loop.callSoon(() => reader.feedEof());
      assertEquals(yield* reader.read(), new Uint8Array());
    }
  });
  loop.close();
});

// CPython: test_streams.py, StreamTests.test___repr__, test___repr__nondefault_limit,
// test___repr__eof, test___repr__data, test___repr__exception, test___repr__waiter and
// test___repr__transport
testForms("StreamReader shows its state", function* ({ loop, turns, wait }) {
  assertEquals(String(readerOf()), "<StreamReader>");
  assertEquals(String(limited(123)), "<StreamReader limit=123>");
  assertEquals(String(readerOf("data")), "<StreamReader 4 bytes>");
  const ended = readerOf();
  ended.feedEof();
  assertEquals(String(ended), "<StreamReader eof>");
  const broken = readerOf();
  broken.setException(new RuntimeError());
  assertEquals(String(broken), "<StreamReader exception=RuntimeError()>");
  const transported = readerOf();
  pausable(transported);
  assertEquals(String(transported), "<StreamReader transport=<Transport>>");

  const waiting = readerOf();
  const task = loop.createTask(waiting.read(1));
  yield* turns(1);
  assertMatch(String(waiting), /^<StreamReader waiter=<Future pending[\S ]*>>$/);
  assertEquals(Deno.inspect(waiting), String(waiting));
  waiting.feedEof();
  yield* wait(task);
  assertEquals(String(waiting), "<StreamReader eof>");
});

testForms("StreamReader says how much it waits for, where that is much", function* (test) {
  const { loop, wait } = test;
  const reader = new StreamReader();
  const waited: number[] = [];
  for (const size of [1000, 20_000]) {
    const task = loop.createTask(reader.readexactly(size));
    yield* wait(sleep(0));
    waited.push(reader[wanted]);
    reader.feedData(new Uint8Array(size - 10));
    // Nobody waits before the task has had its turn.
    waited.push(reader[wanted]);
    yield* wait(sleep(0));
    yield* wait(sleep(0));
    waited.push(reader[wanted]);
    reader.feedData(new Uint8Array(10));
    assertEquals((yield* wait(task)).length, size);
  }
  assertEquals(waited, [0, 0, 0, 20_000, 0, 10]);
  assertEquals(reader[wanted], 0);
});
