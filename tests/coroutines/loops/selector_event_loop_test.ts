// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  ContextVar,
  type Coroutine,
  Future,
  newEventLoop,
  RuntimeError,
  type SelectorEventLoop,
  sleep,
} from "@asyncio/asyncio/coroutines";
import { AF_UNIX, ValueError } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { FormTest } from "../../_run_test.ts";
import type { TestSocket } from "../../_loop_kinds.ts";
import { suite } from "../../_suite.ts";

const { kind, newSelector, runTest, test, testForms } = suite();

function listening(): TestSocket {
  const server = kind.newSocket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  return server;
}

/** Two connected sockets, left and right. */
function* pair({ loop, wait }: FormTest): Coroutine<Pair> {
  using server = listening();
  const left = kind.newSocket();
  yield* wait(loop.sockConnect(left, server.getsockname()));
  const [right] = yield* wait(loop.sockAccept(server));
  return new Pair(left, right);
}

class Pair implements Disposable {
  constructor(readonly left: TestSocket, readonly right: TestSocket) {}

  [Symbol.dispose](): void {
    this.left.close();
    this.right.close();
  }
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

// Sockets. CPython: test_sock_lowlevel.py, BaseSockTestsMixin.

// CPython: test_sock_client_ops, test_sock_accept
testForms("SelectorEventLoop connects, accepts, sends and receives", function* ({ loop, wait }) {
  using server = listening();
  using client = kind.newSocket();
  yield* wait(loop.sockConnect(client, server.getsockname()));
  const [peer, address] = yield* wait(loop.sockAccept(server));
  using _ = peer;
  assertEquals(address, client.getsockname());
  assertEquals(client.getpeername(), server.getsockname());
  yield* wait(loop.sockSendall(client, "GET / HTTP/1.0\r\n\r\n"));
  assertEquals(decode(yield* wait(loop.sockRecv(peer, 1024))), "GET / HTTP/1.0\r\n\r\n");
  yield* wait(loop.sockSendall(peer, new Uint8Array([1, 2, 3, 4])));
  const buffer = new Uint8Array(3);
  assertEquals(yield* wait(loop.sockRecvInto(client, buffer)), 3);
  assertEquals(buffer, new Uint8Array([1, 2, 3]));
  assertEquals(yield* wait(loop.sockRecv(client, 10)), new Uint8Array([4]));
  peer.shutdown(1);
  assertEquals(yield* wait(loop.sockRecv(client, 10)), new Uint8Array(0));
  assertEquals(yield* wait(loop.sockRecvInto(client, buffer)), 0);
});

testForms("SelectorEventLoop waits for a socket until there is something", function* (test) {
  const { loop, wait, spawn, turns } = test;
  using sockets = yield* pair(test);
  const task = spawn(function* () {
    return decode(yield* wait(loop.sockRecv(sockets.right, 100)));
  });
  yield* turns(5);
  assertFalse(task.done());
  yield* wait(loop.sockSendall(sockets.left, "late"));
  assertEquals(yield* wait(task), "late");
});

// CPython: test_selector_events.py, BaseSelectorEventLoopTests.test_sock_connect_resolve_using_socket_params
testForms("SelectorEventLoop.sockConnect() looks names up", function* ({ loop, wait }) {
  using server = listening();
  using sock = kind.newSocket();
  const [, port] = server.getsockname() as [string, number];
  yield* wait(loop.sockConnect(sock, ["localhost", port]));
  assertEquals(sock.getpeername(), ["127.0.0.1", port]);
  const [peer] = yield* wait(loop.sockAccept(server));
  peer.close();
});

// CPython: test_unix_sock_client_ops
testForms("SelectorEventLoop connects and accepts over Unix sockets", function* ({ loop, wait }) {
  if (Deno.build.os === "windows") return;
  const directory = Deno.makeTempDirSync();
  try {
    using server = kind.newSocket(AF_UNIX);
    server.bind(`${directory}/socket`);
    server.listen();
    using client = kind.newSocket(AF_UNIX);
    yield* wait(loop.sockConnect(client, server.getsockname()));
    const [peer] = yield* wait(loop.sockAccept(server));
    using _ = peer;
    yield* wait(loop.sockSendall(peer, "hello"));
    assertEquals(decode(yield* wait(loop.sockRecv(client, 100))), "hello");
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

// CPython: test_sock_client_fail
testForms(
  "SelectorEventLoop.sockConnect() fails where nobody listens",
  function* ({ loop, raises }) {
    const server = listening();
    const address = server.getsockname();
    server.close();
    using client = kind.newSocket();
    yield* raises(loop.sockConnect(client, address), Deno.errors.ConnectionRefused);
  },
);

testForms("SelectorEventLoop refuses sockets that block", function* ({ loop, raises }) {
  using sock = kind.newSocket();
  Object.defineProperty(sock, "getblocking", { value: () => true });
  const operations = [
    loop.sockConnect(sock, ["127.0.0.1", 1]),
    loop.sockSendall(sock, "x"),
    loop.sockRecv(sock, 1),
    loop.sockRecvInto(sock, new Uint8Array(1)),
    loop.sockAccept(sock),
  ];
  for (const operation of operations) {
    yield* raises(operation, ValueError, "the socket must be non-blocking");
  }
});

// CPython: test_cancel_sock_accept
testForms(
  "SelectorEventLoop.sockAccept() can be cancelled and done again",
  function* ({ loop, wait, spawn, turns, raises }) {
    using server = listening();
    const accept = () => spawn(() => wait(loop.sockAccept(server)));
    const first = accept();
    yield* turns(3);
    first.cancel();
    yield* raises(first, CancelledError);
    assertFalse(loop.removeReader(server));
    const second = accept();
    using client = kind.newSocket();
    yield* wait(loop.sockConnect(client, server.getsockname()));
    const [peer] = yield* wait(second);
    peer.close();
  },
);

// CPython: test_sock_client_racing, _basetest_sock_recv_racing
testForms(
  "SelectorEventLoop.sockRecv() that is cancelled leaves the next one alone",
  function* (test) {
    const { loop, wait, spawn, turns, raises } = test;
    using sockets = yield* pair(test);
    const first = spawn(() => wait(loop.sockRecv(sockets.right, 100)));
    yield* turns(2);
    const second = spawn(() => wait(loop.sockRecv(sockets.right, 100)));
    yield* turns(2);
    first.cancel();
    yield* raises(first, CancelledError);
    yield* wait(loop.sockSendall(sockets.left, "data"));
    assertEquals(decode(yield* wait(second)), "data");
  },
);

// CPython: test_sock_client_racing, _basetest_sock_send_racing
testForms(
  "SelectorEventLoop.sockSendall() that is cancelled leaves the next one alone",
  function* (test) {
    const { loop, wait, spawn, turns, raises } = test;
    using sockets = yield* pair(test);
    const { left, right } = sockets;
    const blocked = spawn(function* () {
      for (;;) yield* wait(loop.sockSendall(left, new Uint8Array(65536).fill(32)));
    });
    yield* wait(sleep(1));
    const hello = spawn(() => wait(loop.sockSendall(left, "hello")));
    yield* turns(3);
    assertFalse(hello.done());
    blocked.cancel();
    yield* raises(blocked, CancelledError);
    const received = spawn(function* () {
      let text = "";
      for (;;) {
        const data = yield* wait(loop.sockRecv(right, 65536));
        if (data.length === 0) return text;
        text += decode(data).trim();
      }
    });
    yield* wait(hello);
    yield* wait(loop.sockSendall(left, "world"));
    left.shutdown(1);
    assertEquals(yield* wait(received), "helloworld");
  },
);

// CPython: test_sock_client_connect_racing
testForms(
  "SelectorEventLoop.sockConnect() that is cancelled leaves the next one alone",
  function* ({ loop, wait, spawn, turns, raises }) {
    for (let pause = 0; pause < 4; pause++) {
      using server = listening();
      using sock = kind.newSocket();
      const first = spawn(() => wait(loop.sockConnect(sock, server.getsockname())));
      yield* turns(pause);
      first.cancel();
      yield* raises(first, CancelledError);
      assertFalse(loop.removeWriter(sock));
      yield* wait(loop.sockConnect(sock, server.getsockname()));
      const [peer] = yield* wait(loop.sockAccept(server));
      yield* wait(loop.sockSendall(sock, "hello"));
      assertEquals(decode(yield* wait(loop.sockRecv(peer, 10))), "hello");
      peer.close();
    }
  },
);

// CPython: test_events.py, EventLoopTestsMixin.test_prompt_cancellation
testForms("SelectorEventLoop.sockRecv() ends as soon as it is cancelled", function* (test) {
  const { loop, raises, spawn, turns, wait } = test;
  using sockets = yield* pair(test);
  const receiving = spawn(() => wait(loop.sockRecv(sockets.right, 1)));
  loop.callSoon(() => receiving.cancel());
  yield* raises(receiving, CancelledError);
  yield* turns(1);
  assertFalse(loop.removeReader(sockets.right));
});

// CPython: test_huge_content, test_huge_content_recvinto
testForms("SelectorEventLoop moves a lot of data in both directions", function* (test) {
  const { loop, wait, spawn } = test;
  using sockets = yield* pair(test);
  const { left, right } = sockets;
  const size = 1_000_000;
  const data = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  const sender = (sock: TestSocket) =>
    spawn(function* () {
      yield* wait(loop.sockSendall(sock, data));
      sock.shutdown(1);
    });
  const receiver = spawn(function* () {
    let at = 0;
    for (;;) {
      const part = yield* wait(loop.sockRecv(right, 100_000));
      if (part.length === 0) return at;
      assertEquals(part, data.subarray(at, at + part.length));
      at += part.length;
    }
  });
  const filler = spawn(function* () {
    const buffer = new Uint8Array(size);
    let at = 0;
    for (;;) {
      const count = yield* wait(loop.sockRecvInto(left, buffer.subarray(at)));
      if (count === 0) break;
      at += count;
    }
    assertEquals(buffer, data);
    return at;
  });
  const senders = [sender(left), sender(right)];
  assertEquals(yield* wait(receiver), size);
  assertEquals(yield* wait(filler), size);
  for (const task of senders) yield* wait(task);
});

testForms(
  "SelectorEventLoop.sockRecv() fails when the socket is closed under it, or at the latest when cancelled",
  function* (test) {
    const { loop, wait, spawn, turns } = test;
    using sockets = yield* pair(test);
    const task = spawn(() => wait(loop.sockRecv(sockets.right, 100)));
    yield* turns(3);
    sockets.right.close();
    yield* turns(5);
    task.cancel();
    yield* turns(3);
    assert(task.done());
    task.cancelled() || task.exception();
  },
);

testForms("SelectorEventLoop serves many connections at once", function* ({ loop, wait, spawn }) {
  using server = listening();
  const count = 20;
  const serve = (peer: TestSocket) =>
    spawn(function* () {
      using _ = peer;
      for (;;) {
        const data = yield* wait(loop.sockRecv(peer, 100));
        if (data.length === 0) return;
        yield* wait(loop.sockSendall(peer, data));
      }
    });
  const acceptor = spawn(function* () {
    const handlers = [];
    for (let i = 0; i < count; i++) handlers.push(serve((yield* wait(loop.sockAccept(server)))[0]));
    for (const handler of handlers) yield* wait(handler);
  });
  const clients = Array.from({ length: count }, (_, n) =>
    spawn(function* () {
      using sock = kind.newSocket();
      yield* wait(loop.sockConnect(sock, server.getsockname()));
      const texts: string[] = [];
      for (let i = 0; i < 5; i++) {
        yield* wait(loop.sockSendall(sock, `${n}:${i}`));
        texts.push(decode(yield* wait(loop.sockRecv(sock, 100))));
      }
      return texts;
    }));
  for (const [n, client] of clients.entries()) {
    assertEquals(yield* wait(client), [0, 1, 2, 3, 4].map((i) => `${n}:${i}`));
  }
  yield* wait(acceptor);
});

// Readers and writers. CPython: test_events.py, EventLoopTestsMixin.

// CPython: test_reader_callback; test_selector_events.py, BaseSelectorEventLoopTests.test_add_reader,
// test_add_reader_existing, test_remove_reader, test_remove_reader_unknown, test_process_events_read
testForms(
  "SelectorEventLoop.addReader() calls whenever there is something to read",
  function* (test) {
    const { loop, wait } = test;
    using sockets = yield* pair(test);
    const { left, right } = sockets;
    const done = loop.createFuture<void>();
    let text = "";
    const reader = (sock: TestSocket, tag: string) => {
      assertEquals(tag, "tag");
      const data = sock.tryRecv(1024);
      if (data === null) return;
      if (data.length > 0) return text += decode(data);
      assert(loop.removeReader(right));
      assertFalse(loop.removeReader(right));
      done.setResult();
    };
    const handle = loop.addReader(right, reader, right, "tag");
    assertFalse(handle.cancelled());
    loop.callSoon(() => left.send("abc"));
    loop.callLater(1, () => left.send("def"));
    loop.callLater(2, () => left.close());
    yield* wait(done);
    assertEquals(text, "abcdef");
    assert(handle.cancelled());
  },
);

// CPython: test_writer_callback; test_selector_events.py, BaseSelectorEventLoopTests.test_add_writer,
// test_add_writer_existing, test_remove_writer, test_remove_writer_unknown, test_process_events_write
testForms("SelectorEventLoop.addWriter() calls when it can be written", function* (test) {
  const { loop, wait } = test;
  using sockets = yield* pair(test);
  const { left, right } = sockets;
  const done = loop.createFuture<void>();
  loop.addWriter(left, (text: string) => {
    left.send(text);
    assert(loop.removeWriter(left));
    assertFalse(loop.removeWriter(left));
    done.setResult();
  }, "written");
  yield* wait(done);
  assertEquals(decode(yield* wait(loop.sockRecv(right, 100))), "written");
});

// CPython: test_selector_events.py, BaseSelectorEventLoopTests.test_add_reader_existing_writer,
// test_remove_reader_read_write and test_remove_writer_read_write
testForms(
  "SelectorEventLoop.addReader() replaces the reader, and leaves the writer",
  function* (test) {
    const { loop, wait } = test;
    using sockets = yield* pair(test);
    const { left, right } = sockets;
    const seen: string[] = [];
    const done = loop.createFuture<void>();
    const first = loop.addReader(right, () => seen.push("first"));
    const writer = loop.addWriter(right, () => {
      seen.push("writer");
      loop.removeWriter(right);
    });
    const second = loop.addReader(right, () => {
      seen.push(decode(right.recv(100)));
      done.setResult();
    });
    assert(first.cancelled());
    assertFalse(writer.cancelled());
    left.send("second");
    yield* wait(done);
    assertEquals(seen.toSorted(), ["second", "writer"]);
    assert(loop.removeReader(right));
    assert(second.cancelled());
  },
);

testForms("SelectorEventLoop keeps the context of a reader from call to call", function* (test) {
  const { loop, wait } = test;
  using sockets = yield* pair(test);
  const { left, right } = sockets;
  const calls = new ContextVar<number>("calls", { default: 0 });
  const done = loop.createFuture<number>();
  loop.addReader(right, () => {
    if (right.tryRecv(1) === null) return;
    calls.set(calls.get() + 1);
    if (calls.get() < 3) return void left.send("x");
    loop.removeReader(right);
    done.setResult(calls.get());
  });
  left.send("x");
  assertEquals(yield* wait(done), 3);
  assertEquals(calls.get(), 0);
});

// CPython: test_remove_fds_after_closing, test_add_fds_after_closing
test("SelectorEventLoop that is closed adds nothing, and has nothing to remove", () => {
  const loop = newEventLoop({ selector: newSelector() });
  using sock = kind.newSocket();
  loop.close();
  assertFalse(loop.removeReader(sock));
  assertFalse(loop.removeWriter(sock));
  assertThrows(() => loop.addReader(sock, () => {}), RuntimeError, "Event loop is closed");
  assertThrows(() => loop.addWriter(sock, () => {}), RuntimeError, "Event loop is closed");
});

// CPython: test_unix_events.py, TestFunctional.test_add_reader_invalid_argument
test("SelectorEventLoop.addReader() refuses what cannot be watched", () => {
  using loop = newEventLoop({ selector: newSelector() });
  assertThrows(() => loop.addReader(-1, () => {}), ValueError);
});

testForms(
  "SelectorEventLoop reports what a reader throws, and goes on calling it",
  function* (test) {
    const { loop, wait, reported } = test;
    using sockets = yield* pair(test);
    const { left, right } = sockets;
    const done = loop.createFuture<void>();
    let calls = 0;
    loop.addReader(right, () => {
      if (right.tryRecv(1) === null) return;
      if (++calls < 3) throw new Error(`call ${calls}`);
      loop.removeReader(right);
      done.setResult();
    });
    left.send("xxx");
    yield* wait(done);
    assertEquals(reported.splice(0).map(({ exception }) => (exception as Error).message), [
      "call 1",
      "call 2",
    ]);
  },
);

// CPython: test_selector_events.py, BaseSelectorEventLoopTests.test_process_events_read_cancelled and
// test_process_events_write_cancelled
testForms("SelectorEventLoop does not call a reader removed in the same turn", function* (test) {
  const { loop, wait, turns } = test;
  using a = yield* pair(test);
  using b = yield* pair(test);
  const seen: string[] = [];
  const done = loop.createFuture<void>();
  const sides = [a, b];
  for (const [i, { right }] of sides.entries()) {
    loop.addReader(right, () => {
      seen.push(String(i));
      for (const side of sides) loop.removeReader(side.right);
      done.setResult();
    });
  }
  // Both are ready before the loop looks.
  for (const { left } of sides) left.send("x");
  yield* wait(done);
  yield* turns(5);
  assertEquals(seen.length, 1);
});

test("SelectorEventLoop that is stopped drops nothing that the selector has reported", async () => {
  using loop: SelectorEventLoop = newEventLoop({ selector: newSelector() });
  using server = listening();
  using client = kind.newSocket();
  const [peer] = await loop.runUntilComplete(function* () {
    yield* loop.sockConnect(client, server.getsockname());
    return yield* loop.sockAccept(server);
  });
  using _ = peer;
  client.send("x");
  const f = new Future<string>({ loop });
  loop.addReader(peer, () => {
    if (!f.done()) f.setResult(decode(peer.recv(10)));
    loop.removeReader(peer);
  });
  for (let i = 0; i < 3; i++) {
    loop.stop();
    await loop.runForever();
  }
  assertEquals(await loop.runUntilComplete(f), "x");
});

test("SelectorEventLoop's sockets are each loop's own", async () => {
  const echo = async (text: string) => {
    using loop = newEventLoop({ selector: newSelector() });
    return await loop.runUntilComplete(async () => {
      using server = listening();
      using client = kind.newSocket();
      await loop.sockConnect(client, server.getsockname());
      const [peer] = await loop.sockAccept(server);
      using _ = peer;
      await loop.sockSendall(client, text);
      await sleep(0.001);
      return decode(await loop.sockRecv(peer, 100));
    });
  };
  assertEquals(await Promise.all(["a", "b", "c"].map(echo)), ["a", "b", "c"]);
});

test("SelectorEventLoop stops waiting for a socket when its run is over", () =>
  runTest(async ({ loop }) => {
    using server = listening();
    const task = loop.createTask(loop.sockAccept(server));
    await sleep(1);
    task.cancel();
    const error = await assertRejects(() => task.then());
    assertInstanceOf(error, CancelledError);
    assertStrictEquals(task.cancelled(), true);
  }));
