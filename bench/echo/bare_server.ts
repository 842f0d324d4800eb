// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on nothing but Deno: the least that one can cost there. Prints its port.
 *
 *     deno run --allow-net bench/echo/bare_server.ts echo|accept|receive|send|receiveTls|sendTls SIZE
 *
 * @module
 */

import { certificate } from "./certificate.ts";
import { TRANSFER } from "./transfer.ts";

const size = Number(Deno.args[1]);

type Connection = Deno.TcpConn | Deno.TlsConn;

async function echo(connection: Connection): Promise<void> {
  const buffer = new Uint8Array(size);
  for (let n; (n = await connection.read(buffer)) !== null;) {
    for (let sent = 0; sent < n;) sent += await connection.write(buffer.subarray(sent, n));
  }
  connection.close();
}

function accept(connection: Connection): Promise<void> {
  connection.close();
  return Promise.resolve();
}

async function receive(connection: Connection): Promise<void> {
  const buffer = new Uint8Array(size);
  while (await connection.read(buffer) !== null);
  connection.close();
}

async function send(connection: Connection): Promise<void> {
  const buffer = new Uint8Array(size).fill(65);
  for (let left = TRANSFER; left > 0;) left -= await connection.write(buffer);
  connection.close();
}

const mode = Deno.args[0]!;
const handler = { echo, accept, receive, send }[mode.replace("Tls", "")]!;
const address = { hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 };
const listener = mode.endsWith("Tls")
  ? Deno.listenTls({ ...address, ...certificate() })
  : Deno.listen(address);
console.log((listener.addr as Deno.NetAddr).port);
for await (const connection of listener) {
  handler(connection).catch(() => connection.close());
}
