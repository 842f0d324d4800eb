// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  coroutine,
  createTask,
  gather,
  getRunningLoop,
  RuntimeError,
  StreamReader,
  StreamReaderProtocol,
  StreamWriter,
  TimeoutError,
  type Transport,
  ValueError,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { gate } from "../../../asyncio/streams/_write_gate.ts";
import { runTest, testForms } from "../../_run_test.ts";

/** A transport that notes what it is asked for, and tells its protocol of the end. */
class FakeTransport {
  readonly calls: unknown[][] = [];
  closing = false;
  protocol: StreamReaderProtocol | null = null;

  write(data: unknown): void {
    this.calls.push(["write", data]);
  }

  writelines(data: unknown): void {
    this.calls.push(["writelines", data]);
  }

  writeEof(): void {
    this.calls.push(["writeEof"]);
  }

  canWriteEof(): boolean {
    return true;
  }

  isClosing(): boolean {
    return this.closing;
  }

  getExtraInfo(name: string, fallback?: unknown): unknown {
    return name === "peername" ? ["127.0.0.1", 1] : fallback;
  }

  close(): void {
    this.calls.push(["close"]);
    this.#end(null);
  }

  /** Ends with an error. */
  fail(error: unknown): void {
    this.#end(error);
  }

  #end(error: unknown): void {
    if (this.closing) return;
    this.closing = true;
    getRunningLoop().callSoon(() => this.protocol!.connectionLost(error));
  }

  toString(): string {
    return "<Transport>";
  }
}

interface Stream {
  readonly reader: StreamReader;
  readonly writer: StreamWriter;
  readonly protocol: StreamReaderProtocol;
  readonly transport: FakeTransport;
}

function connect(): Stream {
  const reader = new StreamReader();
  const protocol = new StreamReaderProtocol(reader);
  const fake = new FakeTransport();
  fake.protocol = protocol;
  const transport = fake as unknown as Transport;
  protocol.connectionMade(transport);
  return {
    reader,
    writer: new StreamWriter(transport, protocol, reader, getRunningLoop()),
    protocol,
    transport: fake,
  };
}

const closed = coroutine(function* (protocol: StreamReaderProtocol): Coroutine<void> {
  yield* protocol[gate].closed();
});

const reset = (): Error => new Deno.errors.ConnectionReset("reset");

Deno.test("StreamWriter passes on to its transport", async () => {
  await runTest(() => {
    const { transport, writer } = connect();
    const data = new Uint8Array(2);
    writer.write(data);
    writer.write("text");
    writer.writelines([data, "text"]);
    writer.writeEof();
    assertEquals(transport.calls, [
      ["write", data],
      ["write", "text"],
      ["writelines", [data, "text"]],
      ["writeEof"],
    ]);
    assertStrictEquals(writer.transport as unknown, transport);
    assertEquals(writer.canWriteEof(), true);
    assertEquals(writer.getExtraInfo("peername"), ["127.0.0.1", 1]);
    assertEquals(writer.getExtraInfo("nothing"), undefined);
    assertEquals(writer.getExtraInfo("nothing", "else"), "else");
    assertEquals(writer.isClosing(), false);
    assertEquals(
      String(writer),
      "<StreamWriter transport=<Transport> reader=<StreamReader transport=<Transport>>>",
    );
    assertEquals(Deno.inspect(writer), String(writer));
    return Promise.resolve();
  });
});

// drain().

testForms("StreamWriter.drain() waits only while writing is paused", function* (test) {
  const { spawn, turns, wait } = test;
  const { protocol, writer } = connect();
  yield* wait(writer.drain());
  protocol.pauseWriting();
  const task = spawn(() => wait(writer.drain()));
  yield* turns(5);
  assert(!task.done());
  protocol.resumeWriting();
  yield* wait(task);
  yield* wait(writer.drain());
});

// CPython: test_streams.py, StreamTests.test_multiple_drain
testForms("StreamWriter.drain() releases all who wait", function* ({ loop, wait }) {
  const { protocol, writer } = connect();
  protocol.pauseWriting();
  loop.callLater(0.1, () => protocol.resumeWriting());
  yield* wait(gather(...Array.from({ length: 10 }, () => writer.drain())));
  assertEquals(loop.time() >= 0.1, true);
});

testForms("StreamWriter.drain() may be cancelled, and the others wait on", function* (test) {
  const { loop, raises, turns, wait } = test;
  const { protocol, writer } = connect();
  protocol.pauseWriting();
  const [first, second] = [loop.createTask(writer.drain()), loop.createTask(writer.drain())];
  yield* turns(1);
  first.cancel();
  yield* raises(first, CancelledError);
  assert(!second.done());
  protocol.resumeWriting();
  yield* wait(second);
});

testForms("StreamWriter.drain() ends when the connection does", function* ({ loop, raises }) {
  const closed = connect();
  closed.protocol.pauseWriting();
  loop.callLater(1, () => closed.transport.close());
  // Whoever was waiting is let go. The next who asks is told.
  yield* closed.writer.drain();
  yield* raises(closed.writer.drain(), Deno.errors.ConnectionReset, "Connection lost");

  const broken = connect();
  broken.protocol.pauseWriting();
  const error = reset();
  loop.callLater(1, () => broken.transport.fail(error));
  assertStrictEquals(yield* raises(broken.writer.drain(), Deno.errors.ConnectionReset), error);
  assertStrictEquals(yield* raises(broken.writer.drain(), Deno.errors.ConnectionReset), error);
});

testForms("StreamWriter.drain() after close() tells so at once", function* ({ raises }) {
  const { writer } = connect();
  writer.close();
  yield* raises(writer.drain(), Deno.errors.ConnectionReset, "Connection lost");
});

testForms("StreamWriter.drain() throws what broke the reading end", function* ({ raises }) {
  const { reader, writer } = connect();
  reader.setException(new ValueError("broken"));
  yield* raises(writer.drain(), ValueError, "broken");
});

testForms("StreamWriter.drain() in a loop hears of a connection that closes", function* (test) {
  const { transport, writer } = connect();
  test.loop.callSoon(() => transport.close());
  const write = function* () {
    for (;;) {
      writer.write("x");
      yield* test.wait(writer.drain());
      // A peer that keeps up: nothing but drain() ever gives the loop a turn.
      if (transport.calls.length > 100) yield* test.turns(1);
    }
  };
  yield* test.raises(test.spawn(write), Deno.errors.ConnectionReset);
});

// waitClosed().

testForms("StreamWriter.waitClosed() waits for the end of the connection", function* (test) {
  const { loop, spawn, turns, wait } = test;
  const { reader, transport, writer } = connect();
  const task = spawn(() => wait(writer.waitClosed()));
  yield* turns(5);
  assert(!task.done());
  loop.callLater(1, () => writer.close());
  yield* wait(task);
  yield* wait(writer.waitClosed());
  assert(writer.isClosing());
  assert(reader.atEof());
  assertEquals(transport.calls, [["close"]]);
});

testForms("StreamWriter.waitClosed() throws what broke the connection", function* (test) {
  const { loop, raises } = test;
  const { transport, reader, writer } = connect();
  const error = reset();
  loop.callLater(1, () => transport.fail(error));
  assertStrictEquals(yield* raises(writer.waitClosed(), Deno.errors.ConnectionReset), error);
  assertStrictEquals(yield* raises(writer.waitClosed(), Deno.errors.ConnectionReset), error);
  assertStrictEquals(yield* raises(reader.read(), Deno.errors.ConnectionReset), error);
});

testForms("StreamWriter.waitClosed() cancelled does not cancel the others", function* (test) {
  const { loop, raises, turns, wait } = test;
  const { writer } = connect();
  const tasks = [1, 2].map(() => loop.createTask(writer.waitClosed()));
  yield* turns(1);
  tasks[0]!.cancel();
  yield* raises(tasks[0]!, CancelledError);
  yield* turns(3);
  assert(!tasks[1]!.done());
  // Nor itself, the next time.
  yield* raises(waitFor(writer.waitClosed(), 1), TimeoutError);
  loop.callLater(1, () => writer.close());
  yield* wait(writer.waitClosed());
  yield* wait(tasks[1]!);
});

testForms("StreamWriter that fails with nobody waiting is no unhandled error", function* (test) {
  const { transport, writer } = connect();
  transport.fail(reset());
  yield* test.turns(5);
  assert(writer.isClosing());
});

Deno.test("StreamWriter closes at the end of an await using scope", async () => {
  await runTest(async () => {
    const { transport, writer } = connect();
    {
      await using _ = writer;
    }
    assertEquals(transport.calls, [["close"]]);
    await writer.waitClosed();
  });
});

Deno.test("StreamWriter's await using throws what broke the connection", async () => {
  await runTest(async () => {
    const { transport, writer } = connect();
    const error = reset();
    await assertRejects(
      async () => {
        await using _ = writer;
        transport.fail(error);
      },
      Deno.errors.ConnectionReset,
    );
  });
});

// What stands between transport and stream.

testForms("StreamReaderProtocol feeds the reader", function* ({ wait }) {
  const { protocol, reader } = connect();
  protocol.dataReceived(new Uint8Array([97, 10]));
  assertEquals(yield* wait(reader.readline()), new Uint8Array([97, 10]));
  assertEquals(protocol.eofReceived(), true);
  assert(reader.atEof());
  protocol.connectionLost(null);
});

for (
  const [kind, make] of [
    ["generator", (error: Error) =>
      function* () {
        yield;
        throw error;
      }],
    ["async", (error: Error) => async () => {
      await Promise.resolve();
      throw error;
    }],
    ["plain", (error: Error) => () => {
      throw error;
    }],
  ] as const
) {
  Deno.test(`StreamReaderProtocol reports a ${kind} callback that throws, and closes`, async () => {
    await runTest(async ({ reported }) => {
      const exception = new ValueError("what?");
      const serve: () => unknown = make(exception);
      const protocol = new StreamReaderProtocol(new StreamReader(), serve);
      const fake = new FakeTransport();
      fake.protocol = protocol;
      protocol.connectionMade(fake as unknown as Transport);
      await closed(protocol);
      const message = "Unhandled exception in client_connected_cb";
      assertEquals(reported.splice(0), [{ message, exception, transport: fake as unknown }]);
      assertEquals(fake.calls, [["close"]]);
    });
  });
}

// JavaScript throws anything: what matters is that it was thrown.
for (const thrown of [null, undefined, 0, "text"]) {
  Deno.test(`StreamReaderProtocol closes the connection of a callback that throws ${thrown}`, async () => {
    await runTest(async ({ reported }) => {
      for (
        const serve of [
          function* () {
            yield;
            throw thrown;
          },
          () => Promise.reject(thrown),
        ]
      ) {
        const protocol = new StreamReaderProtocol(new StreamReader(), serve);
        const fake = new FakeTransport();
        fake.protocol = protocol;
        protocol.connectionMade(fake as unknown as Transport);
        await closed(protocol);
        assertEquals(fake.calls, [["close"]]);
        const messages = reported.splice(0).map(({ message }) => message);
        assertEquals(messages, ["Unhandled exception in client_connected_cb"]);
      }
    });
  });
}

Deno.test("StreamReaderProtocol closes the connection of a callback that is cancelled", async () => {
  await runTest(async () => {
    const serve = function* () {
      yield;
      throw new CancelledError();
    };
    const protocol = new StreamReaderProtocol(new StreamReader(), serve);
    const fake = new FakeTransport();
    fake.protocol = protocol;
    protocol.connectionMade(fake as unknown as Transport);
    await closed(protocol);
    assertEquals(fake.calls, [["close"]]);
  });
});

Deno.test("StreamReaderProtocol's callback may be plain, and start a task of its own", async () => {
  await runTest(async ({ loop }) => {
    let served = 0;
    const serve = (reader: StreamReader): void => {
      createTask(function* () {
        served += (yield* reader.read()).length;
      });
    };
    const protocol = new StreamReaderProtocol(new StreamReader(), serve);
    const fake = new FakeTransport();
    fake.protocol = protocol;
    protocol.connectionMade(fake as unknown as Transport);
    protocol.dataReceived(new Uint8Array(3));
    protocol.eofReceived();
    loop.callLater(1, () => fake.close());
    await closed(protocol);
    // The callback has returned long ago: the connection was its task's.
    assertEquals([served, fake.calls], [3, [["close"]]]);
  });
});

Deno.test("StreamWriter.write() after writeEof() throws what the transport does", async () => {
  await runTest(() => {
    const { transport, writer } = connect();
    transport.write = () => {
      throw new RuntimeError("Cannot call write() after writeEof()");
    };
    assertThrows(() => writer.write("x"), RuntimeError, "after writeEof()");
    return Promise.resolve();
  });
});
