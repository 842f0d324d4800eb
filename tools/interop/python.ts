// Copyright 2026 the asyncio authors. MIT license.

/**
 * CPython's asyncio as client and as server: plain, TLS, Unix and UDP, a megabyte to and fro.
 *
 * @module
 */

import {
  type Coroutine,
  createTask,
  DatagramProtocol,
  type DatagramTransport,
  fromPromise,
  getRunningLoop,
  openConnection,
  openUnixConnection,
  run,
  type SocketAddress,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";
import { authorityIdentity, localhost } from "../../tests/asyncio/_certificates.ts";
import { check, outputOf, Running, type Subject } from "./subject.ts";
import { writeCertificates } from "./tls.ts";

const PEER = new URL("peer.py", import.meta.url).pathname;
const SIZE = 1_000_000;
const DATAGRAMS = 100;

type Kind = "plain" | "tls" | "unix" | "udp";

function* echo(reader: StreamReader, writer: StreamWriter<SocketAddress>): Coroutine<void> {
  for (let data; (data = yield* reader.read(50_000)).length > 0;) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}

function* talk(reader: StreamReader, writer: StreamWriter<SocketAddress>): Coroutine<void> {
  const data = new Uint8Array(SIZE).map((_, i) => i % 251);
  const sending = createTask(function* () {
    writer.write(data);
    yield* writer.drain();
  });
  const back = yield* reader.readexactly(SIZE);
  check(back.every((byte, i) => byte === i % 251), "other bytes came back");
  yield* sending;
  writer.close();
  yield* writer.waitClosed();
}

/** Answers each datagram. */
class EchoDatagrams extends DatagramProtocol {
  #transport!: DatagramTransport;
  override connectionMade(transport: DatagramTransport): void {
    this.#transport = transport;
  }
  override datagramReceived(data: Uint8Array, address: SocketAddress): void {
    this.#transport.sendto(data, address);
  }
}

/** Sends the next datagram when the last has come back. */
class TalkDatagrams extends DatagramProtocol {
  readonly done = getRunningLoop().createFuture<void>();
  #transport!: DatagramTransport;
  #count = 0;
  override connectionMade(transport: DatagramTransport): void {
    this.#transport = transport;
    transport.sendto("0");
  }
  override datagramReceived(data: Uint8Array): void {
    check(new TextDecoder().decode(data) === String(this.#count), "another datagram came back");
    if (++this.#count === DATAGRAMS) this.done.setResult();
    else this.#transport.sendto(String(this.#count));
  }
}

/** We serve, Python connects. */
function* serve(kind: Kind): Coroutine<void> {
  const files = yield* fromPromise(writeCertificates());
  const peer = (address: string | number) =>
    outputOf("python3", [PEER, "client", kind, String(address), ...Object.values(files)]);
  if (kind === "udp") {
    const loop = getRunningLoop();
    const made = loop.createDatagramEndpoint(() => new EchoDatagrams(), ["127.0.0.1", 0]);
    const [transport] = yield* made;
    const [, port] = transport.getExtraInfo("sockname");
    check((yield* fromPromise(peer(port))) === "ok\n", "Python is not content");
    return transport.close();
  }
  const path = `${yield* fromPromise(Deno.makeTempDir())}/socket`;
  const ssl = kind === "tls" ? { cert: localhost.cert, key: localhost.key } : null;
  const server = kind === "unix"
    ? yield* startUnixServer(echo, path)
    : yield* startServer(echo, "127.0.0.1", 0, { ssl });
  const address = server.sockets[0].getsockname();
  const where = typeof address === "string" ? address : address[1];
  check((yield* fromPromise(peer(where))) === "ok\n", "Python is not content");
  server.close();
  yield* server.waitClosed();
}

/** Python serves, we connect. */
function* connect(kind: Kind): Coroutine<void> {
  const files = yield* fromPromise(writeCertificates());
  const path = `${yield* fromPromise(Deno.makeTempDir())}/socket`;
  const python = new Running("python3", [PEER, "server", kind, path, ...Object.values(files)]);
  try {
    const [, first] = yield* fromPromise(python.printed(/(.+)\n/));
    const port = Number(first);
    if (kind === "udp") {
      const loop = getRunningLoop();
      const factory = () => new TalkDatagrams();
      const made = loop.createDatagramEndpoint(factory, null, ["127.0.0.1", port]);
      const [transport, protocol] = yield* made;
      yield* protocol.done;
      return transport.close();
    }
    const options = kind === "tls"
      ? { ssl: { caCerts: [authorityIdentity.cert] }, serverHostname: "localhost" }
      : {};
    if (kind === "unix") yield* talk(...yield* openUnixConnection(path));
    else yield* talk(...yield* openConnection("127.0.0.1", port, options));
  } finally {
    yield* fromPromise(python[Symbol.asyncDispose]());
  }
}

const KINDS: readonly Kind[] = ["plain", "tls", "unix", "udp"];

export const subjects: Subject[] = KINDS.flatMap((kind) => [
  { name: `Python's asyncio as client, ${kind}`, needs: ["python3"], meet: () => run(serve(kind)) },
  {
    name: `Python's asyncio as server, ${kind}`,
    needs: ["python3"],
    meet: () => run(connect(kind)),
  },
]);
