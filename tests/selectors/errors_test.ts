// Copyright 2026 the asyncio authors. MIT license.

import {
  BlockingIOError,
  ConnectionError,
  InterruptedError,
  KeyError,
  OSError,
  RuntimeError,
  ValueError,
} from "@asyncio/asyncio/selectors";
import * as asyncio from "@asyncio/asyncio";
import { getRunningLoop, openConnection, run, TimeoutError } from "@asyncio/asyncio";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";

const { errors } = Deno;

/** The names of Deno's classes of errors that are instances of `Base`. */
function denoErrorsOf(Base: typeof OSError): string[] {
  return Object.entries(errors)
    .filter(([, constructor]) => new constructor() instanceof Base)
    .map(([name]) => name)
    .sort();
}

/** What a function throws, or a promise rejects with. */
async function thrownBy(fn: () => unknown): Promise<unknown> {
  try {
    await fn();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

// CPython: test_exception_hierarchy.py, HierarchyTest.test_builtin_errors, of the same names
Deno.test("OSError has Deno's errors of the system for instances, and no other", () => {
  const others = Object.keys(errors).filter((name) => !denoErrorsOf(OSError).includes(name));
  assertEquals(others.sort(), ["Http", "InvalidData", "WriteZero"]);
});

// CPython: test_exception_hierarchy.py, HierarchyTest.test_socket_errors and its hierarchy
Deno.test("ConnectionError has Deno's errors of broken connections for instances, and no other", () => {
  assertEquals(denoErrorsOf(ConnectionError), [
    "BrokenPipe",
    "ConnectionAborted",
    "ConnectionRefused",
    "ConnectionReset",
  ]);
});

Deno.test("OSError has the library's own for instances, as in Python", () => {
  for (const error of [new BlockingIOError(), new InterruptedError(), new TimeoutError()]) {
    assertInstanceOf(error, OSError);
    assert(!(error instanceof ConnectionError));
  }
  assertInstanceOf(new ConnectionError("gone"), OSError);
  assertEquals(String(new OSError("disk full")), "OSError: disk full");
  assertEquals(String(new ConnectionError("gone")), "ConnectionError: gone");
});

Deno.test("OSError is no name for other errors, and for what is no error", () => {
  const others = [
    new Error("(os error)"),
    new TypeError("no"),
    new KeyError("no"),
    new RuntimeError("no"),
    new ValueError("no"),
    new asyncio.EOFError("no"),
    new asyncio.CancelledError("no"),
    Object.assign(new Error("no"), { code: "ERR_INVALID_ARG_TYPE" }),
    "Connection refused (os error 111)",
    { message: "Connection refused (os error 111)", code: "ECONNREFUSED", syscall: "connect" },
    null,
    undefined,
  ];
  for (const other of others) {
    assert(!(other instanceof OSError), String(other));
    assert(!(other instanceof ConnectionError), String(other));
  }
});

Deno.test("instanceof of a subclass, and of a sibling, asks for the class itself", () => {
  class LostError extends ConnectionError {}
  assertInstanceOf(new LostError(), ConnectionError);
  assertInstanceOf(new LostError(), OSError);
  assert(!(new errors.ConnectionReset() instanceof LostError));
  assert(!(new BlockingIOError() instanceof InterruptedError));
  assert(!(new errors.WouldBlock() instanceof BlockingIOError));
  assert(!(new errors.TimedOut() instanceof TimeoutError));
});

Deno.test("OSError knows what Deno, Node and fetch throw for the system", async () => {
  const { readFile } = await import("node:fs/promises");
  const { connect } = await import("node:net");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const refused = () => {
    const socket = connect(port, "127.0.0.1");
    return new Promise((_, reject) => socket.on("error", reject));
  };

  assertInstanceOf(await thrownBy(() => Deno.open("/no/such/file")), OSError);
  assertInstanceOf(await thrownBy(() => Deno.open(`/tmp/${"x".repeat(300)}`)), OSError);
  assertInstanceOf(await thrownBy(() => Deno.remove("/")), OSError);
  assertInstanceOf(await thrownBy(() => readFile("/no/such/file")), OSError);
  assertInstanceOf(await thrownBy(() => Deno.connect({ port })), ConnectionError);
  assertInstanceOf(await thrownBy(refused), ConnectionError);
  const failure = await thrownBy(() => fetch(`http://127.0.0.1:${port}/`));
  assertInstanceOf(failure, TypeError);
  assertInstanceOf(failure, ConnectionError);
});

// CPython: socket.gaierror is an OSError
Deno.test("OSError has a host name that is not found for an instance", async () => {
  const host = "no-such-host.invalid";
  const thrown = await Promise.all([
    thrownBy(() => Deno.connect({ hostname: host, port: 80 })),
    thrownBy(() => run(openConnection(host, 80))),
    thrownBy(() => run(async () => void await getRunningLoop().getaddrinfo(host, 80))),
  ]);
  for (const error of thrown) {
    assertInstanceOf(error, OSError);
    assert(!(error instanceof ConnectionError));
  }
});

// CPython: ssl.SSLError is an OSError
Deno.test("OSError has a TLS handshake that fails for an instance", async () => {
  const error = await thrownBy(() =>
    run(async () => {
      const server = await asyncio.startServer(
        (_, writer) => {
          writer.write("no TLS here\n");
          writer.close();
        },
        "127.0.0.1",
        0,
      );
      await asyncio.asyncWith(server, async () => {
        const [host, port] = server.sockets[0].getsockname();
        await openConnection(host, port, { ssl: true, serverHostname: "localhost" });
      });
    })
  );
  assertInstanceOf(error, OSError);
});

Deno.test("OSError and ConnectionError are the same classes, wherever they are imported from", () => {
  assertStrictEquals(asyncio.OSError, OSError);
  assertStrictEquals(asyncio.ConnectionError, ConnectionError);
  assertStrictEquals(asyncio.selectors.OSError, OSError);
});
